import { defineOperator } from '../operator.ts';

/** The number of elements, an int64 scalar. */
export const size = defineOperator({
  op: 'Size',
  domain: '',
  since: 19,
  inputs: [1, 1],
  outputs: [1, 1],
  attributes: {},
  infer: () => [{ dtype: 'int64', shape: [] }],
});
