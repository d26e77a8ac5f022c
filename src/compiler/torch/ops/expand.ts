import { defineLowering } from '../lowering.ts';

/** Broadcasting goes both ways: a 1 in the wanted shape keeps the input's size, which torch writes -1. */
export const expand = defineLowering({
  op: 'Expand',
  since: 13,
  lower(_node, context) {
    const { shape } = context.value(0);
    const target = context.output().shape;
    if (context.numbers(1) === undefined) context.unsupported('a shape that is computed');
    const size = target.map((wanted, axis) => {
      const own = shape[axis - (target.length - shape.length)];
      if (own === wanted) return -1;
      return typeof wanted === 'number' ? wanted : context.unsupported(`the size ${wanted} of [${target.join(', ')}] isn't fixed`);
    });
    if (size.every((one) => one === -1)) return context.tensor(0);
    return context.emit('expand', [context.tensor(0), size, false]);
  },
});
