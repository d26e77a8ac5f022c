import { defineOperator } from '../operator.ts';
import { sameAsInput } from './same-as-input.ts';

/** One input, the same shape and dtype out, no attributes. */
const VERSIONS = {
  Abs: 13,
  Ceil: 13,
  Cos: 7,
  Erf: 13,
  Exp: 13,
  Floor: 13,
  HardSwish: 14,
  Identity: 19,
  Log: 13,
  Mish: 18,
  Neg: 13,
  Not: 1,
  Reciprocal: 13,
  Relu: 14,
  Round: 11,
  Sigmoid: 13,
  Sign: 13,
  Sin: 7,
  Softplus: 1,
  Softsign: 1,
  Sqrt: 13,
  Tanh: 13,
} as const;

export const elementwiseUnary = Object.entries(VERSIONS).map(([op, since]) =>
  defineOperator({
    op,
    domain: '',
    since,
    inputs: [1, 1],
    outputs: [1, 1],
    attributes: {},
    infer: sameAsInput,
  }),
);
