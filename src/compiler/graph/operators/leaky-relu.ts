import { defineOperator } from '../operator.ts';
import { inputValue } from './read.ts';

export const leakyRelu = defineOperator({
  op: 'LeakyRelu',
  domain: '',
  since: 16,
  inputs: [1, 1],
  outputs: [1, 1],
  attributes: { alpha: { type: 'float', default: 0.01 } },
  infer(context) {
    const { dtype, shape } = inputValue(context, 0);
    return [{ dtype, shape }];
  },
});
