import type { Dim } from '../graph.ts';
import { legal } from '../legal.ts';
import { defineOperator } from '../operator.ts';
import { inputValue, intAttribute, intsAttribute } from './read.ts';
import { readWindow, WINDOW_ATTRIBUTES, windowOutput } from './window.ts';

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
    const { dtype, shape } = inputValue(context, 0);
    const kernel = intsAttribute(context.attributes, 'kernel_shape');
    legal(kernel !== undefined && shape.length === kernel.length + 2, () => `${context.node}: kernel_shape for rank ${shape.length}`);
    const window = readWindow(context.attributes, kernel, context.node);
    const sizes = windowOutput(window, shape.slice(2), intAttribute(context.attributes, 'ceil_mode') === 1, context.node);
    const pooled = [shape[0] as Dim, shape[1] as Dim, ...sizes];
    return context.outputCount === 1
      ? [{ dtype, shape: pooled }]
      : [
          { dtype, shape: pooled },
          { dtype: 'int64', shape: pooled },
        ];
  },
});
