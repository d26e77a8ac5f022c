import { defineLowering } from '../lowering.ts';
import { freeBatchSizes } from './free-batch-sizes.ts';

/** [a, b, c, d] with axis 2 → [a·b, c·d]. */
export const flatten = defineLowering({
  op: 'Flatten',
  since: 13,
  lower(_node, context) {
    const { shape } = context.value(0);
    const axis = context.int('axis', 1);
    const split = axis < 0 ? axis + shape.length : axis;
    if (split === 1 && shape.length > 1) return shape.length === 2 ? context.tensor(0) : context.emit('flatten', [context.tensor(0), 1, -1]);
    return context.emit('reshape', [context.tensor(0), freeBatchSizes(context, context.output().shape)]);
  },
});
