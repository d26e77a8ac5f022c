import { defineLowering } from '../lowering.ts';

export const argExtremum = (
  [
    ['ArgMax', 'argmax'],
    ['ArgMin', 'argmin'],
  ] as const
).map(([op, aten]) =>
  defineLowering({
    op,
    since: 13,
    lower(_node, context) {
      if (context.int('select_last_index', 0) === 1) context.unsupported('select_last_index 1');
      const axis = context.axis('axis', context.value(0).shape.length, 0);
      return context.emit(aten, [context.tensor(0), axis, context.int('keepdims', 1) === 1]);
    },
  }),
);
