import { broadcastShapes } from '../dims.ts';
import { defineOperator } from '../operator.ts';
import { inputShape, inputValue, sameDtypes } from './read.ts';

/** Two inputs that broadcast as NumPy's do, no attributes. A comparison gives bool. Pow's exponent may have a dtype of its own. */
const FAMILY = {
  Add: { since: 14, result: 'same' },
  And: { since: 7, result: 'same' },
  Div: { since: 14, result: 'same' },
  Equal: { since: 19, result: 'bool' },
  Greater: { since: 13, result: 'bool' },
  GreaterOrEqual: { since: 16, result: 'bool' },
  Less: { since: 13, result: 'bool' },
  LessOrEqual: { since: 16, result: 'bool' },
  Mul: { since: 14, result: 'same' },
  Or: { since: 7, result: 'same' },
  Pow: { since: 15, result: 'base' },
  Sub: { since: 14, result: 'same' },
  Xor: { since: 7, result: 'same' },
} as const;

export const elementwiseBinary = Object.entries(FAMILY).map(([op, { since, result }]) =>
  defineOperator({
    op,
    domain: '',
    since,
    inputs: [2, 2],
    outputs: [1, 1],
    attributes: {},
    infer(context) {
      if (result !== 'base') sameDtypes(context);
      const shape = broadcastShapes([inputShape(context, 0), inputShape(context, 1)], context.node);
      return [{ dtype: result === 'bool' ? 'bool' : inputValue(context, 0).dtype, shape }];
    },
  }),
);
