import { defineOperator } from '../operator.ts';
import { sameAsInput } from './same-as-input.ts';

export const gelu = defineOperator({
  op: 'Gelu',
  domain: '',
  since: 20,
  inputs: [1, 1],
  outputs: [1, 1],
  attributes: { approximate: { type: 'string', default: 'none' } },
  infer: sameAsInput,
});
