import { defineOperator } from '../operator.ts';
import { sameAsInput } from './same-as-input.ts';

export const selu = defineOperator({
  op: 'Selu',
  domain: '',
  since: 6,
  inputs: [1, 1],
  outputs: [1, 1],
  attributes: { alpha: { type: 'float', default: 1.6732631921768188 }, gamma: { type: 'float', default: 1.0507010221481323 } },
  infer: sameAsInput,
});
