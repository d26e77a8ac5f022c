import { defineOperator } from '../operator.ts';
import { sameAsInput } from './same-as-input.ts';

export const thresholdedRelu = defineOperator({
  op: 'ThresholdedRelu',
  domain: '',
  since: 10,
  inputs: [1, 1],
  outputs: [1, 1],
  attributes: { alpha: { type: 'float', default: 1 } },
  infer: sameAsInput,
});
