import { defineLowering } from '../lowering.ts';

/** min and max are optional scalars. 0…6 is the activation MobileNet knows as ReLU6; a lone 0 is ReLU. */
export const clip = defineLowering({
  op: 'Clip',
  since: 13,
  lower(_node, context) {
    const bound = (index: number): number | null => {
      if (!context.has(index)) return null;
      const [number] = context.constant(index);
      return number === undefined || !Number.isFinite(number) ? null : number;
    };
    const [min, max] = [bound(1), bound(2)];
    if (min === 0 && max === 6) return context.emit('relu6', [context.tensor(0)]);
    if (min === 0 && max === null) return context.emit('relu', [context.tensor(0)]);
    if (min === null && max === null) return context.tensor(0);
    return context.emit('clamp', [context.tensor(0), min, max]);
  },
});
