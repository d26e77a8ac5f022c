import { defineLowering } from '../lowering.ts';

/** Over the axes from `axis` on; ones and zeros of ours (Keras' `scale=False`, `center=False`) are None. */
export const layerNormalization = defineLowering({
  op: 'LayerNormalization',
  since: 17,
  lower(node, context) {
    if (node.outputs.length > 1) context.unsupported('its mean or deviation is used');
    const { shape } = context.value(0);
    const axis = context.axis('axis', shape.length, -1);
    const normalized = shape.slice(axis).map((size) => (typeof size === 'number' ? size : context.unsupported(`the size ${size} isn't fixed`)));
    const matches = (index: number): boolean => context.value(index).shape.join() === normalized.join();
    const weight = context.isFilledWith(1, 1) ? null : context.tensor(1);
    const bias = !context.has(2) || context.isFilledWith(2, 0) ? null : context.tensor(2);
    if ((weight !== null && !matches(1)) || (bias !== null && !matches(2))) context.unsupported('a scale that broadcasts');
    return context.emit('layer_norm', [context.tensor(0), normalized, weight, bias, context.float('epsilon', 1e-5), true]);
  },
});
