import { defineOperator } from '../operator.ts';
import { inputValue } from './read.ts';

export const elu = defineOperator({
  op: 'Elu',
  domain: '',
  since: 6,
  inputs: [1, 1],
  outputs: [1, 1],
  attributes: { alpha: { type: 'float', default: 1 } },
  infer(context) {
    const { dtype, shape } = inputValue(context, 0);
    return [{ dtype, shape }];
  },
});
