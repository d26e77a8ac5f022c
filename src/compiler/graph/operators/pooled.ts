import type { Dim, Value } from '../graph.ts';
import { legal } from '../legal.ts';
import type { InferContext } from '../operator.ts';
import { inputValue, intAttribute, intsAttribute } from './read.ts';
import { readWindow, windowOutput } from './window.ts';

/** The result of a pool over a window: [N, C, spatial…] → [N, C, spatial…]. */
export function pooled(context: InferContext): Pick<Value, 'dtype' | 'shape'> {
  const { dtype, shape } = inputValue(context, 0);
  const kernel = intsAttribute(context.attributes, 'kernel_shape');
  legal(kernel !== undefined && shape.length === kernel.length + 2, () => `${context.node}: kernel_shape for rank ${shape.length}`);
  const window = readWindow(context.attributes, kernel, context.node);
  const sizes = windowOutput(window, shape.slice(2), intAttribute(context.attributes, 'ceil_mode') === 1, context.node);
  return { dtype, shape: [shape[0] as Dim, shape[1] as Dim, ...sizes] };
}
