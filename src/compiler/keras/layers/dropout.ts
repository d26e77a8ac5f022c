import type { ValueId } from '../../graph/graph.ts';
import type { ConfigReader } from '../config-reader.ts';
import { defineLayer } from '../layer.ts';
import { constantLike, type Emitter, expectRank, fromChannelsFirst, onlyInput, toChannelsFirst } from './nodes.ts';
import { type DataFormat, readDataFormat } from './options.ts';

/** Share of elements set to 0 in training; the others are divided by 1 − rate. */
function readRate(reader: ConfigReader, key: string): number {
  const rate = reader.number(key);
  if (!(rate >= 0 && rate <= 1)) throw reader.malformed(`${key} is ${rate}, expected 0 to 1`);
  return rate;
}

/** Nothing for a call that never trains, and for rate 0. */
function emitDropout(context: Emitter, x: ValueId, rate: number): ValueId {
  if (context.mode === 'inference' || rate === 0) return x;
  return context.node('Dropout', [x, context.builder.constant(rate, { dtype: 'float32' })]);
}

/** One draw for each row of the batch; between Transposes to NCHW, which go with those of the convolutions around. */
function emitRowDropout(context: Emitter, x: ValueId, rate: number): ValueId {
  if (context.mode === 'inference' || rate === 0) return x;
  return fromChannelsFirst(context, emitSharedDropout(context, toChannelsFirst(context, x, 'channels_last'), rate, 1), 'channels_last');
}

/**
 * One draw for each combination of the first `axes` axes, the same for all that follow: x times a Dropout of ones
 * [N, C, 1, 1] (`axes` 2: whole channels) or [N, 1, 1, 1] (`axes` 1: whole rows of the batch). Lowerings know it by this form.
 */
function emitSharedDropout(context: Emitter, x: ValueId, rate: number, axes: number): ValueId {
  if (context.mode === 'inference' || rate === 0) return x;
  const rank = context.shape(x).length;
  const drawn = context.node('Shape', [x], { start: 0, end: axes });
  const shape = context.node('Concat', [drawn, context.builder.constant(Array<number>(rank - axes).fill(1))], { axis: 0 });
  const ones = context.node('Expand', [constantLike(context, x, 1), shape]);
  return context.node('Mul', [x, emitDropout(context, ones, rate)]);
}

interface DropoutConfig {
  readonly rate: number;
  /** The axes that have draws of their own; undefined: all. */
  readonly noiseShape: readonly (number | null)[] | undefined;
}

export const dropout = defineLayer<DropoutConfig>({
  className: 'Dropout',
  parse(reader) {
    const noiseShape = reader.raw('noise_shape');
    if (noiseShape === undefined || noiseShape === null) return { rate: readRate(reader, 'rate'), noiseShape: undefined };
    if (!Array.isArray(noiseShape) || !noiseShape.every((size) => size === null || Number.isInteger(size)))
      throw reader.malformed(`noise_shape is ${JSON.stringify(noiseShape)?.slice(0, 80)}, expected a shape`);
    return { rate: readRate(reader, 'rate'), noiseShape };
  },
  weights: () => [],
  emit(context) {
    const { rate, noiseShape } = context.config;
    const x = onlyInput(context);
    if (noiseShape === undefined || context.mode === 'inference') return [emitDropout(context, x, rate)];
    const shape = context.shape(x);
    // A size that the tensor itself has draws along that axis; 1 shares one draw.
    const drawn = noiseShape.map((size, axis) => size === null || (size === shape[axis] && size !== 1));
    const axes = drawn.lastIndexOf(true) + 1;
    const leading = drawn.slice(0, axes).every(Boolean) && noiseShape.slice(axes).every((size) => size === 1);
    if (axes === 0 || noiseShape.length !== shape.length || !leading) {
      context.warn(`noise_shape ${JSON.stringify(noiseShape)} can't be mirrored: dropout is left out, in training too`);
      return [x];
    }
    if (axes === shape.length) return [emitDropout(context, x, rate)];
    return [axes === 1 ? emitRowDropout(context, x, rate) : emitSharedDropout(context, x, rate, axes)];
  },
});

function defineSpatialDropout(className: string, rank: number) {
  return defineLayer<{ readonly rate: number; readonly dataFormat: DataFormat }>({
    className,
    parse: (reader) => ({ rate: readRate(reader, 'rate'), dataFormat: rank === 2 ? readDataFormat(reader) : 'channels_last' }),
    weights: () => [],
    emit(context) {
      const { rate, dataFormat } = context.config;
      const x = onlyInput(context);
      expectRank(context, x, rank + 2);
      if (context.mode === 'inference' || rate === 0) return [x];
      return [fromChannelsFirst(context, emitSharedDropout(context, toChannelsFirst(context, x, dataFormat), rate, 2), dataFormat)];
    },
  });
}

export const spatialDropout1d = defineSpatialDropout('SpatialDropout1D', 1);
export const spatialDropout2d = defineSpatialDropout('SpatialDropout2D', 2);

/** ConvNeXt's own layer: in training a row of the batch is dropped whole. */
export const stochasticDepth = defineLayer<number>({
  className: 'StochasticDepth',
  parse: (reader) => readRate(reader, 'drop_path_rate'),
  weights: () => [],
  emit: (context) => [emitRowDropout(context, onlyInput(context), context.config)],
});
