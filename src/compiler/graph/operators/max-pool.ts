import { defineOperator } from '../operator.ts';
import { pooled } from './pooled.ts';
import { WINDOW_ATTRIBUTES } from './window.ts';

/** [N, C, spatial…] → [N, C, spatial…]; padding is −∞. The second output, the indices, is int64. */
export const maxPool = defineOperator({
  op: 'MaxPool',
  domain: '',
  since: 12,
  inputs: [1, 1],
  outputs: [1, 2],
  attributes: {
    ...WINDOW_ATTRIBUTES,
    ceil_mode: { type: 'int', default: 0 },
    kernel_shape: { type: 'ints' },
    storage_order: { type: 'int', default: 0 },
  },
  infer(context) {
    const values = pooled(context);
    return context.outputCount === 1 ? [values] : [values, { dtype: 'int64', shape: values.shape }];
  },
});
