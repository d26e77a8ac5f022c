import type { Shape } from '../../graph/graph.ts';
import type { LoweringContext } from '../lowering.ts';

/** Sizes for torch's `reshape` and `expand`: -1 for the one that is free. Refuses two: nothing says how they share the elements. */
export function freeBatchSizes(context: LoweringContext, shape: Shape): readonly number[] {
  if (shape.filter((size) => typeof size === 'string').length > 1) context.unsupported(`several sizes of [${shape.join(', ')}] are free`);
  return shape.map((size) => (typeof size === 'string' ? -1 : size));
}
