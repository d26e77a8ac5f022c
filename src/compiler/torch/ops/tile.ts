import { defineLowering } from '../lowering.ts';

export const tile = defineLowering({
  op: 'Tile',
  since: 13,
  lower: (_node, context) => context.emit('repeat', [context.tensor(0), context.constant(1)]),
});
