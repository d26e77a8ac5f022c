import { ONE } from '../argument.ts';
import { defineLowering } from '../lowering.ts';

/** x / (1 + |x|): no aten operator of its own. */
export const softsign = defineLowering({
  op: 'Softsign',
  since: 1,
  lower(_node, context) {
    const divisor = context.emit('add', [context.emit('abs', [context.tensor(0)]), 1, ONE]);
    return context.emit('div', [context.tensor(0), divisor]);
  },
});
