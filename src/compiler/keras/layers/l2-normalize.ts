import type { ValueId } from '../../graph/graph.ts';
import { constantLike, type Emitter, reduce } from './nodes.ts';

/** x / √max(Σx², 1e-12), as `tf.math.l2_normalize`. */
export function l2Normalize(context: Emitter, x: ValueId, axes: readonly number[], epsilon = 1e-12): ValueId {
  const sum = reduce(context, 'ReduceSum', context.node('Mul', [x, x]), axes, true);
  return context.node('Div', [x, context.node('Sqrt', [context.node('Max', [sum, constantLike(context, x, epsilon)])])]);
}
