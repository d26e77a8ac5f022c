import { defineOperator } from '../operator.ts';
import { inputValue } from './read.ts';

export const hardSigmoid = defineOperator({
  op: 'HardSigmoid',
  domain: '',
  since: 6,
  inputs: [1, 1],
  outputs: [1, 1],
  attributes: { alpha: { type: 'float', default: 0.2 }, beta: { type: 'float', default: 0.5 } },
  infer(context) {
    const { dtype, shape } = inputValue(context, 0);
    return [{ dtype, shape }];
  },
});
