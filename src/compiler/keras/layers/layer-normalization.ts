import { defineLayer, type WeightSpec } from '../layer.ts';
import { fixedSize, inputShape } from './input-size.ts';
import { castToFloat, filled, onlyInput, transpose } from './nodes.ts';
import { readAxes } from './options.ts';

interface LayerNormalizationConfig {
  readonly axes: readonly number[];
  readonly epsilon: number;
  readonly center: boolean;
  readonly scale: boolean;
}

/** Over one axis or several (ascending); those that don't stand last are moved there, and back. */
export const layerNormalization = defineLayer<LayerNormalizationConfig>({
  className: 'LayerNormalization',
  parse: (reader) => ({
    axes: readAxes(reader, 'axis', [-1]),
    epsilon: reader.number('epsilon', 1e-3),
    center: reader.boolean('center', true),
    scale: reader.boolean('scale', true),
  }),
  weights({ axes, center, scale }, inputShapes) {
    const input = inputShape(inputShapes);
    const shape = axes.map((axis) => fixedSize(input, axis));
    const specs: WeightSpec[] = [];
    if (scale) specs.push({ shape, kind: 'parameter', role: 'weight', kerasName: 'gamma' });
    if (center) specs.push({ shape, kind: 'parameter', role: 'bias', kerasName: 'beta' });
    return specs;
  },
  emit(context) {
    const { config } = context;
    const x = castToFloat(context, onlyInput(context));
    const shape = context.shape(x);
    const axes = config.axes.map((axis) => (axis < 0 ? axis + shape.length : axis));
    const ascending = axes.every((axis, index) => axis > (axes[index - 1] ?? 0) && axis < shape.length);
    if (axes.length === 0 || !ascending) return context.unsupported(`axis ${JSON.stringify(config.axes)} of a tensor of rank ${shape.length}`);
    const others = [...shape.keys()].filter((axis) => !axes.includes(axis));
    const perm = [...others, ...axes];
    const gamma = config.scale
      ? context.weight('weight')
      : filled(
          context,
          x,
          1,
          axes.map((axis) => fixedSize(shape, axis)),
        );
    const inputs = [transpose(context, x, perm), gamma];
    const y = context.node('LayerNormalization', config.center ? [...inputs, context.weight('bias')] : inputs, {
      axis: others.length,
      epsilon: config.epsilon,
    });
    return [
      transpose(
        context,
        y,
        perm.map((_, axis) => perm.indexOf(axis)),
      ),
    ];
  },
});
