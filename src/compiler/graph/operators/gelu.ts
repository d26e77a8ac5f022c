import { defineOperator } from '../operator.ts';
import { inputValue } from './read.ts';

export const gelu = defineOperator({
  op: 'Gelu',
  domain: '',
  since: 20,
  inputs: [1, 1],
  outputs: [1, 1],
  attributes: { approximate: { type: 'string', default: 'none' } },
  infer(context) {
    const { dtype, shape } = inputValue(context, 0);
    return [{ dtype, shape }];
  },
});
