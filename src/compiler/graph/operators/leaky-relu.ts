import { defineOperator } from '../operator.ts';
import { sameAsInput } from './same-as-input.ts';

export const leakyRelu = defineOperator({
  op: 'LeakyRelu',
  domain: '',
  since: 16,
  inputs: [1, 1],
  outputs: [1, 1],
  attributes: { alpha: { type: 'float', default: 0.01 } },
  infer: sameAsInput,
});
