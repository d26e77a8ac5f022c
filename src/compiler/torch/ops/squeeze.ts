import { defineLowering } from '../lowering.ts';
import { emitReshape } from './emit-reshape.ts';

/** Axes are input 1; without it every axis of size 1 goes. */
export const squeeze = defineLowering({
  op: 'Squeeze',
  since: 13,
  lower(_node, context) {
    const { shape } = context.value(0);
    const given = context.has(1) ? context.constant(1) : shape.flatMap((size, axis) => (size === 1 ? [axis] : []));
    const [axis, ...more] = given.map((one) => (one < 0 ? one + shape.length : one));
    if (axis === undefined) return context.tensor(0);
    return more.length === 0 ? context.emit('squeeze', [context.tensor(0), axis]) : emitReshape(context);
  },
});
