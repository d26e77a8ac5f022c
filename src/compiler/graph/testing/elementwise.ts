import type { Attributes } from '../graph.ts';

type Unary = (x: number, attribute: (key: string) => number) => number;

/** erf by its series and continued fraction, to about 1e-15. */
export function erf(x: number): number {
  const a = Math.abs(x);
  if (a > 6) return Math.sign(x);
  let term = a;
  let sum = a;
  for (let n = 1; n < 200; n++) {
    term *= (-a * a) / n;
    sum += term / (2 * n + 1);
  }
  return Math.sign(x) * ((2 / Math.sqrt(Math.PI)) * sum);
}

const roundToEven = (x: number): number => {
  const low = Math.floor(x);
  return x - low === 0.5 ? low + (low % 2 === 0 ? 0 : 1) : Math.round(x);
};

/** By definition, from ONNX' operator pages. */
export const UNARY: Readonly<Record<string, Unary>> = {
  Abs: (x) => Math.abs(x),
  Ceil: (x) => Math.ceil(x),
  Celu: (x, a) => Math.max(0, x) + Math.min(0, a('alpha') * (Math.exp(x / a('alpha')) - 1)),
  Cos: (x) => Math.cos(x),
  Dropout: (x) => x,
  Elu: (x, a) => (x < 0 ? a('alpha') * (Math.exp(x) - 1) : x),
  Erf: erf,
  Exp: (x) => Math.exp(x),
  Floor: (x) => Math.floor(x),
  HardSigmoid: (x, a) => Math.max(0, Math.min(1, a('alpha') * x + a('beta'))),
  HardSwish: (x) => x * Math.max(0, Math.min(1, x / 6 + 0.5)),
  Identity: (x) => x,
  LeakyRelu: (x, a) => (x < 0 ? a('alpha') * x : x),
  Log: (x) => Math.log(x),
  Mish: (x) => x * Math.tanh(Math.log1p(Math.exp(x))),
  Neg: (x) => -x,
  Not: (x) => (x === 0 ? 1 : 0),
  Reciprocal: (x) => 1 / x,
  Relu: (x) => Math.max(0, x),
  Round: roundToEven,
  Selu: (x, a) => a('gamma') * (x > 0 ? x : a('alpha') * (Math.exp(x) - 1)),
  Sigmoid: (x) => 1 / (1 + Math.exp(-x)),
  Sign: (x) => Math.sign(x),
  Sin: (x) => Math.sin(x),
  Softplus: (x) => Math.log1p(Math.exp(x)),
  Softsign: (x) => x / (1 + Math.abs(x)),
  Sqrt: (x) => Math.sqrt(x),
  Tanh: (x) => Math.tanh(x),
  ThresholdedRelu: (x, a) => (x > a('alpha') ? x : 0),
};

const truth = (condition: boolean): number => (condition ? 1 : 0);

/** Operands that broadcast together. */
export const BROADCAST: Readonly<Record<string, (values: readonly number[], attributes: Attributes) => number>> = {
  Add: ([a = 0, b = 0]) => a + b,
  And: ([a, b]) => truth(a !== 0 && b !== 0),
  Div: ([a = 0, b = 0]) => a / b,
  Equal: ([a, b]) => truth(a === b),
  Greater: ([a = 0, b = 0]) => truth(a > b),
  GreaterOrEqual: ([a = 0, b = 0]) => truth(a >= b),
  Less: ([a = 0, b = 0]) => truth(a < b),
  LessOrEqual: ([a = 0, b = 0]) => truth(a <= b),
  Max: (values) => Math.max(...values),
  Mean: (values) => values.reduce((sum, x) => sum + x, 0) / values.length,
  Min: (values) => Math.min(...values),
  Mod: ([a = 0, b = 1], { fmod }) => (fmod === 1 ? a % b : ((a % b) + b) % b),
  Mul: ([a = 0, b = 0]) => a * b,
  Or: ([a, b]) => truth(a !== 0 || b !== 0),
  PRelu: ([x = 0, slope = 0]) => (x < 0 ? slope * x : x),
  Pow: ([a = 0, b = 0]) => a ** b,
  Sub: ([a = 0, b = 0]) => a - b,
  Sum: (values) => values.reduce((sum, x) => sum + x, 0),
  Where: ([condition, a = 0, b = 0]) => (condition !== 0 ? a : b),
  Xor: ([a, b]) => truth((a !== 0) !== (b !== 0)),
};

type Reduction = (values: readonly number[]) => number;

export const REDUCTIONS: Readonly<Record<string, Reduction>> = {
  ReduceL1: (values) => values.reduce((sum, x) => sum + Math.abs(x), 0),
  ReduceL2: (values) => Math.sqrt(values.reduce((sum, x) => sum + x * x, 0)),
  ReduceMax: (values) => Math.max(...values),
  ReduceMean: (values) => values.reduce((sum, x) => sum + x, 0) / values.length,
  ReduceMin: (values) => Math.min(...values),
  ReduceProd: (values) => values.reduce((product, x) => product * x, 1),
  ReduceSum: (values) => values.reduce((sum, x) => sum + x, 0),
  ReduceSumSquare: (values) => values.reduce((sum, x) => sum + x * x, 0),
};
