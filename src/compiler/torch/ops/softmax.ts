import { defineLowering } from '../lowering.ts';

export const softmax = [
  ['Softmax', 'softmax'],
  ['LogSoftmax', 'log_softmax'],
].map(([op, aten]) =>
  defineLowering({
    op: op as string,
    since: 13,
    lower(_node, context) {
      const rank = context.value(0).shape.length;
      const axis = context.axis('axis', rank, -1);
      return context.emit(aten as 'softmax' | 'log_softmax', [context.tensor(0), axis === rank - 1 ? -1 : axis, null]);
    },
  }),
);
