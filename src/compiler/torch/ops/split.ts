import { defineLowering } from '../lowering.ts';

/** Sizes are those of the outputs, whether input 1 or `num_outputs` says them. */
export const split = defineLowering({
  op: 'Split',
  since: 18,
  lower(node, context) {
    const axis = context.axis('axis', context.value(0).shape.length, 0);
    const sizes = node.outputs.map((_, index) => {
      const size = context.output(index).shape[axis];
      return typeof size === 'number' ? size : context.unsupported(`the size ${size} of axis ${axis} isn't fixed`);
    });
    return context.emitList('split_with_sizes', [context.tensor(0), sizes, axis]);
  },
});
