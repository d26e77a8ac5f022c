import { defineLowering } from '../lowering.ts';

export const einsum = defineLowering({
  op: 'Einsum',
  since: 12,
  lower: (node, context) => context.emit('einsum', [context.string('equation'), node.inputs.map((_, index) => context.tensor(index)), null]),
});
