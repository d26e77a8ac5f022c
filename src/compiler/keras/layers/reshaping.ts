import type { Dim } from '../../graph/graph.ts';
import { defineLayer } from '../layer.ts';
import { expectRank, fromChannelsFirst, onlyInput, reshape as reshapeTo, slice, transpose, unsqueeze } from './nodes.ts';
import { type DataFormat, positiveInteger, readDataFormat, readPairs } from './options.ts';

/** The batch stays; one -1 takes what is left. */
export const reshape = defineLayer<readonly number[]>({
  className: 'Reshape',
  parse(reader) {
    const shape = reader.raw('target_shape');
    if (
      !Array.isArray(shape) ||
      !shape.every((size) => Number.isInteger(size) && (size >= 1 || size === -1)) ||
      shape.indexOf(-1) !== shape.lastIndexOf(-1)
    )
      throw reader.malformed(`target_shape is ${JSON.stringify(shape)?.slice(0, 80)}, expected sizes`);
    return shape;
  },
  weights: () => [],
  emit(context) {
    const x = onlyInput(context);
    const sizes = context.shape(x).slice(1);
    const target = [...context.config];
    if (sizes.every((size) => typeof size === 'number')) {
      const total = product(sizes);
      const free = target.indexOf(-1);
      const known = product(target.filter((size) => size !== -1));
      if (free >= 0) target[free] = total / known;
      if (free >= 0 ? total % known !== 0 : total !== known)
        return context.unsupported(`target_shape [${context.config.join(', ')}] of an input [N, ${sizes.join(', ')}]`);
    }
    // 0 copies the batch.
    const channels = target.at(-1) as number;
    if (target.length < 2 || channels === -1 || !target.slice(0, -1).every((size) => size === 1)) return [reshapeTo(context, x, [0, ...target])];
    // [1, …, 1, C] stands in front of a convolution (squeeze-excite): the same elements as [C, 1, …, 1], whose Transpose goes with the convolution's.
    return [fromChannelsFirst(context, reshapeTo(context, x, [0, channels, ...target.slice(0, -1)]), 'channels_last')];
  },
});

function product(sizes: readonly Dim[]): number {
  return sizes.reduce<number>((result, size) => result * (size as number), 1);
}

/** Axes from 1; the batch stays. */
export const permute = defineLayer<readonly number[]>({
  className: 'Permute',
  parse(reader) {
    const dims = reader.raw('dims');
    if (!Array.isArray(dims) || [...dims].sort((a, b) => a - b).some((axis, index) => axis !== index + 1))
      throw reader.malformed(`dims is ${JSON.stringify(dims)?.slice(0, 80)}, expected the axes 1, 2, … in some order`);
    return dims;
  },
  weights: () => [],
  emit(context) {
    const x = onlyInput(context);
    expectRank(context, x, context.config.length + 1);
    return [transpose(context, x, [0, ...context.config])];
  },
});

/** [N, C] → [N, n, C]. */
export const repeatVector = defineLayer<number>({
  className: 'RepeatVector',
  parse: (reader) => positiveInteger(reader, 'n'),
  weights: () => [],
  emit(context) {
    const x = onlyInput(context);
    expectRank(context, x, 2);
    return [context.node('Expand', [unsqueeze(context, x, [1]), context.builder.constant([1, context.config, 1])])];
  },
});

interface Borders {
  readonly pairs: readonly (readonly [begin: number, end: number])[];
  readonly dataFormat: DataFormat;
}

function defineBorders(className: string, rank: number, key: 'padding' | 'cropping') {
  return defineLayer<Borders>({
    className,
    parse: (reader) => ({ pairs: readPairs(reader, key, rank), dataFormat: rank === 2 ? readDataFormat(reader) : 'channels_last' }),
    weights: () => [],
    emit(context) {
      const { pairs, dataFormat } = context.config;
      const x = onlyInput(context);
      expectRank(context, x, rank + 2);
      const first = dataFormat === 'channels_first' ? 2 : 1;
      if (key === 'padding') {
        const ends = (side: 0 | 1): number[] => {
          const amounts = pairs.map((pair) => pair[side]);
          return first === 2 ? [0, 0, ...amounts] : [0, ...amounts, 0];
        };
        const pads = [...ends(0), ...ends(1)];
        return [pads.every((amount) => amount === 0) ? x : context.node('Pad', [x, context.builder.constant(pads)], { mode: 'constant' })];
      }
      const shape = context.shape(x);
      const parts = pairs.flatMap(([begin, end], index) => {
        const axis = first + index;
        const size = shape[axis] as Dim;
        if (typeof size === 'number' && begin + end >= size) return context.unsupported(`cropping ${begin} + ${end} of a size of ${size}`);
        if (begin === 0 && end === 0) return [];
        return [{ axis, start: begin, end: typeof size === 'number' ? size - end : end === 0 ? 2 ** 31 - 1 : -end }];
      });
      return [slice(context, x, parts)];
    },
  });
}

export const cropping1d = defineBorders('Cropping1D', 1, 'cropping');
export const cropping2d = defineBorders('Cropping2D', 2, 'cropping');
export const zeroPadding1d = defineBorders('ZeroPadding1D', 1, 'padding');
export const zeroPadding2d = defineBorders('ZeroPadding2D', 2, 'padding');
