import { defineLowering } from '../lowering.ts';

/** Over bool tensors. */
export const logic = (
  [
    ['And', 'logical_and'],
    ['Or', 'logical_or'],
    ['Xor', 'logical_xor'],
  ] as const
).map(([op, aten]) => defineLowering({ op, since: 7, lower: (_node, context) => context.emit(aten, [context.tensor(0), context.tensor(1)]) }));
