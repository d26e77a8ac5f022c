import { defineOperator } from '../operator.ts';
import { sameAsInput } from './same-as-input.ts';

export const elu = defineOperator({
  op: 'Elu',
  domain: '',
  since: 6,
  inputs: [1, 1],
  outputs: [1, 1],
  attributes: { alpha: { type: 'float', default: 1 } },
  infer: sameAsInput,
});
