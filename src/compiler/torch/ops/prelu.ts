import { ONE } from '../argument.ts';
import { defineLowering } from '../lowering.ts';

/** torch's has one slope for each channel (axis 1) or one for all; Keras may have one for each element. */
export const prelu = defineLowering({
  op: 'PRelu',
  since: 16,
  lower(_node, context) {
    const { shape } = context.value(0);
    const slope = context.value(1);
    const padded = [...Array<number>(Math.max(shape.length - slope.shape.length, 0)).fill(1), ...slope.shape];
    const isByChannel = padded.length === shape.length && padded.every((size, axis) => size === 1 || (axis === 1 && size === shape[1]));
    if (isByChannel && shape.length > 1) {
      const count = padded[1] as number;
      const vector = slope.shape.length === 1 ? context.tensor(1) : context.moduleWeight();
      const slopes = vector ?? context.emit('reshape', [context.tensor(1), [count]], { name: slope.name, shape: [count] });
      return context.emit('prelu', [context.tensor(0), slopes]);
    }
    const below = context.emit('relu', [context.emit('neg', [context.tensor(0)])]);
    const above = context.emit('relu', [context.tensor(0)]);
    return context.emit('sub', [above, context.emit('mul', [below, context.tensor(1)]), ONE]);
  },
});
