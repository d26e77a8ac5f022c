import type { Dim, Shape } from '../../graph/graph.ts';
import type { Operand } from '../argument.ts';
import type { LoweringContext } from '../lowering.ts';

/** Input 0 with the sizes of the output. The batch stays free: `flatten(1)` where that is what it is, else -1 for the size that isn't known. */
export function emitReshape(context: LoweringContext): Operand {
  const { shape } = context.value(0);
  const target = context.output().shape;
  if (shape.length === target.length && shape.every((size, axis) => size === target[axis])) return context.tensor(0);
  if (target.length === 2 && shape.length > 2 && target[0] === shape[0]) return context.emit('flatten', [context.tensor(0), 1, -1]);
  if (target.length > 2 && shape.length > 1 && target[0] === shape[0] && freeIn(target.slice(1)) === 1 && freeIn(shape.slice(1)) > 0) {
    // The batch and one more size are free: one -1 isn't enough. Everything but the batch in one axis first.
    const flat = context.emit('flatten', [context.tensor(0), 1, -1], { shape: [target[0] as Dim, 'flat'] });
    return context.emit('unflatten', [flat, 1, freeSizes(context, target.slice(1))]);
  }
  return context.emit('reshape', [context.tensor(0), freeSizes(context, target)]);
}

const freeIn = (shape: Shape): number => shape.filter((size) => typeof size === 'string').length;

function freeSizes(context: LoweringContext, shape: Shape): readonly number[] {
  if (freeIn(shape) > 1) context.unsupported(`several sizes of [${shape.join(', ')}] are free`);
  return shape.map((size) => (typeof size === 'string' ? -1 : size));
}
