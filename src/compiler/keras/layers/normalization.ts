import { elementCount } from '../../../core/dtypes.ts';
import type { Shape, ValueId } from '../../graph/graph.ts';
import type { ConfigReader } from '../config-reader.ts';
import { defineLayer } from '../layer.ts';
import { fixedSize, inputShape } from './input-size.ts';
import { type Literal, readLiteral } from './literal.ts';
import { castToFloat, constantLike, type Emitter, onlyInput, reshape } from './nodes.ts';
import { readAxes } from './options.ts';

interface NormalizationConfig {
  /** Those with statistics of their own; none: one mean for everything. */
  readonly axes: readonly number[];
  readonly invert: boolean;
  /** From the config instead of weights. */
  readonly statistics: { readonly mean: Literal; readonly variance: Literal } | undefined;
}

/** Keras' `backend.epsilon()`: the least standard deviation divided by. */
const EPSILON = 1e-7;

/** (x − mean) / max(√variance, 1e-7); inverted mean + x · max(√variance, 1e-7). */
export const normalization = defineLayer<NormalizationConfig>({
  className: 'Normalization',
  parse(reader) {
    const axes = reader.raw('axis') === null ? [] : readAxes(reader, 'axis', [-1]);
    const invert = reader.boolean('invert', false);
    if (!reader.has('mean') && !reader.has('variance')) return { axes, invert, statistics: undefined };
    return { axes, invert, statistics: { mean: literal(reader, 'mean'), variance: literal(reader, 'variance') } };
  },
  weights({ axes, statistics }, inputShapes) {
    if (statistics) return [];
    const input = inputShape(inputShapes);
    const shape = keptAxes(axes, input).map((axis) => fixedSize(input, axis));
    return [
      { shape, kind: 'buffer', role: 'mean', kerasName: 'mean' },
      { shape, kind: 'buffer', role: 'variance', kerasName: 'variance' },
      { shape: [], kind: 'buffer', role: 'count', kerasName: 'count' },
    ];
  },
  emit(context) {
    const { axes, invert, statistics } = context.config;
    const x = castToFloat(context, onlyInput(context));
    const shape = context.shape(x);
    const kept = keptAxes(axes, shape);
    const broadcast = shape.map((_, axis) => (kept.includes(axis) ? fixedSize(shape, axis) : 1));
    let mean: ValueId;
    let deviation: ValueId;
    if (statistics) {
      mean = constant(context, x, statistics.mean, broadcast, (number) => number);
      deviation = constant(context, x, statistics.variance, broadcast, (number) =>
        Math.max(Math.fround(Math.sqrt(Math.fround(number))), Math.fround(EPSILON)),
      );
    } else {
      mean = broadcastTo(context, context.weight('mean'), broadcast);
      const root = context.node('Sqrt', [context.weight('variance')]);
      deviation = broadcastTo(context, context.node('Max', [root, constantLike(context, root, EPSILON)]), broadcast);
    }
    if (invert) return [context.node('Add', [context.node('Mul', [x, deviation]), mean])];
    return [context.node('Div', [context.node('Sub', [x, mean]), deviation])];
  },
});

/** Counted from the front, ascending. */
function keptAxes(axes: readonly number[], shape: Shape): readonly number[] {
  return axes.map((axis) => (axis < 0 ? axis + shape.length : axis)).sort((a, b) => a - b);
}

/** A statistic of the kept axes, with 1 for the others; statistics over the last axis broadcast as they are. */
function broadcastTo(context: Emitter, statistic: ValueId, shape: readonly number[]): ValueId {
  const onlyLast = shape.slice(0, -1).every((size) => size === 1);
  return onlyLast && context.shape(statistic).length <= 1 ? statistic : reshape(context, statistic, shape);
}

/** One number for all, or one for each element of the kept axes. */
function constant(context: Emitter, like: ValueId, { data }: Literal, shape: readonly number[], convert: (number: number) => number): ValueId {
  if (data.length === 1) return constantLike(context, like, convert(data[0] as number));
  if (data.length !== elementCount(shape))
    return context.unsupported(`${data.length} numbers in mean or variance for a shape of [${shape.join(', ')}]`);
  const onlyLast = shape.slice(0, -1).every((size) => size === 1);
  return constantLike(context, like, data.map(convert), onlyLast ? [data.length] : shape);
}

function literal(reader: ConfigReader, key: string): Literal {
  const value = readLiteral(reader.raw(key));
  if (value === undefined) throw reader.malformed(`${key} is ${JSON.stringify(reader.raw(key))?.slice(0, 80)}, expected numbers`);
  return value;
}
