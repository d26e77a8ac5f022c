import { defineLowering } from '../lowering.ts';

/** `x @ Wᵀ` over a constant W is torch's linear, which holds W as [out, in]. */
export const matmul = defineLowering({
  op: 'MatMul',
  since: 13,
  lower(_node, context) {
    const weight = context.moduleWeight();
    return weight === undefined
      ? context.emit('matmul', [context.tensor(0), context.tensor(1)])
      : context.emit('linear', [context.tensor(0), weight, null]);
  },
});
