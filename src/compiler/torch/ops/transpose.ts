import { defineLowering } from '../lowering.ts';

export const transpose = defineLowering({
  op: 'Transpose',
  since: 13,
  lower(_node, context) {
    const rank = context.value(0).shape.length;
    const reversed = Array.from({ length: rank }, (_, axis) => rank - 1 - axis);
    const dims = context.ints('perm', reversed);
    if (dims.every((dim, axis) => dim === axis)) return context.tensor(0);
    return context.emit('permute', [context.tensor(0), dims]);
  },
});
