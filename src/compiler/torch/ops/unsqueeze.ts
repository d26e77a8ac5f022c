import { defineLowering } from '../lowering.ts';

/** Axes are those of the result. */
export const unsqueeze = defineLowering({
  op: 'Unsqueeze',
  since: 13,
  lower(_node, context) {
    const { shape } = context.output();
    const axes = context.constant(1).map((axis) => (axis < 0 ? axis + shape.length : axis));
    const sorted = [...axes].sort((a, b) => a - b);
    return sorted.reduce((current, axis, index) => {
      const later = sorted.slice(index + 1);
      return context.emit('unsqueeze', [current, axis], { shape: shape.filter((_, position) => !later.includes(position)) });
    }, context.tensor(0));
  },
});
