import { defineOperator } from '../operator.ts';
import { pooled } from './pooled.ts';
import { WINDOW_ATTRIBUTES } from './window.ts';

/** [N, C, spatial…] → [N, C, spatial…]; `count_include_pad` 0 leaves the padding out of the mean. */
export const averagePool = defineOperator({
  op: 'AveragePool',
  domain: '',
  since: 19,
  inputs: [1, 1],
  outputs: [1, 1],
  attributes: {
    ...WINDOW_ATTRIBUTES,
    ceil_mode: { type: 'int', default: 0 },
    count_include_pad: { type: 'int', default: 0 },
    kernel_shape: { type: 'ints' },
  },
  infer: (context) => [pooled(context)],
});
