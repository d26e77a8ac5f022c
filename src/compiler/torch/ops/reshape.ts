import { defineLowering } from '../lowering.ts';
import { freeBatchSizes } from './free-batch-sizes.ts';

/** The batch stays free: `flatten(1)` where that is what it is, else sizes with -1 for the one that isn't known. */
export const reshape = defineLowering({
  op: 'Reshape',
  since: 19,
  lower(_node, context) {
    const { shape } = context.value(0);
    const target = context.output().shape;
    if (shape.length === target.length && shape.every((size, axis) => size === target[axis])) return context.tensor(0);
    if (target.length === 2 && shape.length > 2 && target[0] === shape[0]) return context.emit('flatten', [context.tensor(0), 1, -1]);
    return context.emit('reshape', [context.tensor(0), freeBatchSizes(context, target)]);
  },
});
