import { defineOperator } from '../operator.ts';
import { inputValue } from './read.ts';

/** data, ratio (scalar), training_mode (bool scalar, absent: the call's mode decides) → output, mask. */
export const dropout = defineOperator({
  op: 'Dropout',
  domain: '',
  since: 13,
  inputs: [1, 3],
  outputs: [1, 2],
  attributes: { seed: { type: 'int', optional: true } },
  infer(context) {
    const { dtype, shape } = inputValue(context, 0);
    return context.outputCount === 1
      ? [{ dtype, shape }]
      : [
          { dtype, shape },
          { dtype: 'bool', shape },
        ];
  },
});
