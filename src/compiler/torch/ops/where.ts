import { defineLowering } from '../lowering.ts';

export const where = defineLowering({
  op: 'Where',
  since: 16,
  lower: (_node, context) => context.emit('where', [context.tensor(0), context.tensor(1), context.tensor(2)]),
});
