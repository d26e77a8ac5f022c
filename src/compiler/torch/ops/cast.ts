import { defineLowering } from '../lowering.ts';

export const cast = defineLowering({
  op: 'Cast',
  since: 19,
  lower(_node, context) {
    const { dtype } = context.output();
    if (dtype === context.value(0).dtype) return context.tensor(0);
    return context.emit('to', [context.tensor(0), { kind: 'dtype', value: dtype }, false, false, null]);
  },
});
