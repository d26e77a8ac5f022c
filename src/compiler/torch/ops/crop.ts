import type { Dim, Shape } from '../../graph/graph.ts';
import type { Operand } from '../argument.ts';
import type { LoweringContext } from '../lowering.ts';

/** Drops `starts[i]` elements in front of spatial axis i (axis i + 2) where the tensor of sizes `sizes` is longer than the node's output. */
export function cropSpatial(context: LoweringContext, tensor: Operand, sizes: Shape, starts: readonly number[]): Operand {
  const { shape } = context.output();
  return starts.reduce((current, start, index) => {
    const axis = index + 2;
    const [from, wanted] = [sizes[axis] as Dim, shape[axis] as Dim];
    if (start === 0 && from === wanted) return current;
    const end = typeof wanted === 'number' ? start + wanted : null;
    const cropped = [...shape.slice(0, axis + 1), ...sizes.slice(axis + 1)];
    return context.emit('slice', [current, axis, start, end, 1], { shape: cropped });
  }, tensor);
}
