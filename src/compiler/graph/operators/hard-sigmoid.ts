import { defineOperator } from '../operator.ts';
import { sameAsInput } from './same-as-input.ts';

export const hardSigmoid = defineOperator({
  op: 'HardSigmoid',
  domain: '',
  since: 6,
  inputs: [1, 1],
  outputs: [1, 1],
  attributes: { alpha: { type: 'float', default: 0.2 }, beta: { type: 'float', default: 0.5 } },
  infer: sameAsInput,
});
