import { defineLayer, type WeightSpec } from '../layer.ts';
import { fixedSize, inputShape } from './input-size.ts';
import { castToFloat, filled, onlyInput, transpose } from './nodes.ts';
import { readAxes } from './options.ts';

interface BatchNormalizationConfig {
  readonly axis: number;
  readonly momentum: number;
  readonly epsilon: number;
  readonly center: boolean;
  readonly scale: boolean;
}

/**
 * Any single axis but the batch. Keras' momentum is ONNX' (PyTorch's is 1 − it). A missing gamma is ones, a missing beta zeros, both
 * constants, never parameters. Whether the batch's own statistics count is the call's `mode`; the node stays in `training_mode` 0.
 */
export const batchNormalization = defineLayer<BatchNormalizationConfig>({
  className: 'BatchNormalization',
  parse(reader) {
    for (const key of ['renorm', 'virtual_batch_size', 'adjustment'])
      if (reader.has(key) && reader.raw(key) !== false) throw reader.unsupported(`${key} ${JSON.stringify(reader.raw(key))?.slice(0, 40)}`);
    const axes = readAxes(reader, 'axis', [-1]);
    if (axes.length !== 1) throw reader.unsupported(`axis ${JSON.stringify(axes)}`);
    return {
      axis: axes[0] as number,
      momentum: reader.number('momentum', 0.99),
      epsilon: reader.number('epsilon', 1e-3),
      center: reader.boolean('center', true),
      scale: reader.boolean('scale', true),
    };
  },
  weights({ axis, center, scale }, inputShapes) {
    const shape = [fixedSize(inputShape(inputShapes), axis)];
    const specs: WeightSpec[] = [];
    if (scale) specs.push({ shape, kind: 'parameter', role: 'weight', kerasName: 'gamma' });
    if (center) specs.push({ shape, kind: 'parameter', role: 'bias', kerasName: 'beta' });
    specs.push({ shape, kind: 'buffer', role: 'running_mean', kerasName: 'moving_mean' });
    specs.push({ shape, kind: 'buffer', role: 'running_var', kerasName: 'moving_variance' });
    return specs;
  },
  emit(context) {
    const { config } = context;
    // Keras computes in the statistics' float32, whatever comes in: bytes of an image, say.
    const x = castToFloat(context, onlyInput(context));
    const rank = context.shape(x).length;
    const axis = config.axis < 0 ? config.axis + rank : config.axis;
    if (axis < 1 || axis >= rank) return context.unsupported(`axis ${config.axis} of a tensor of rank ${rank}`);
    const mean = context.weight('running_mean');
    const channels = context.shape(mean) as readonly number[];
    const gamma = config.scale ? context.weight('weight') : filled(context, mean, 1, channels);
    const beta = config.center ? context.weight('bias') : filled(context, mean, 0, channels);
    // ONNX looks for the channels on axis 1: NHWC → NCHW and back.
    const others = Array.from({ length: rank }, (_, index) => index).filter((index) => index !== 0 && index !== axis);
    const perm = [0, axis, ...others];
    const y = context.node('BatchNormalization', [transpose(context, x, perm), gamma, beta, mean, context.weight('running_var')], {
      epsilon: config.epsilon,
      momentum: config.momentum,
    });
    return [transpose(context, y, inverse(perm))];
  },
});

function inverse(perm: readonly number[]): readonly number[] {
  return perm.map((_, axis) => perm.indexOf(axis));
}
