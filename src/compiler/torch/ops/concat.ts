import { defineLowering } from '../lowering.ts';

export const concat = defineLowering({
  op: 'Concat',
  since: 13,
  lower(node, context) {
    if (node.inputs.length === 1) return context.tensor(0);
    const axis = context.axis('axis', context.value(0).shape.length);
    return context.emit('cat', [node.inputs.map((_, index) => context.tensor(index)), axis]);
  },
});
