import { defineLayer } from '../layer.ts';
import { expectRank, fromChannelsFirst, onlyInput, reduce, toChannelsFirst } from './nodes.ts';
import { type DataFormat, readDataFormat } from './options.ts';

/** Over all spatial axes: [N, H, W, C] → [N, C], or [N, 1, 1, C] with `keepdims`. */
function defineGlobalPooling(className: string, op: 'ReduceMean' | 'ReduceMax', rank: number) {
  return defineLayer<{ readonly dataFormat: DataFormat; readonly keepdims: boolean }>({
    className,
    parse: (reader) => ({ dataFormat: readDataFormat(reader), keepdims: reader.boolean('keepdims', false) }),
    weights: () => [],
    emit(context) {
      const { dataFormat, keepdims } = context.config;
      const x = onlyInput(context);
      expectRank(context, x, rank + 2);
      const spatial = Array.from({ length: rank }, (_, index) => index + 2);
      const y = reduce(context, op, toChannelsFirst(context, x, dataFormat), spatial, keepdims);
      return [keepdims ? fromChannelsFirst(context, y, dataFormat) : y];
    },
  });
}

export const globalAveragePooling1d = defineGlobalPooling('GlobalAveragePooling1D', 'ReduceMean', 1);
export const globalAveragePooling2d = defineGlobalPooling('GlobalAveragePooling2D', 'ReduceMean', 2);
export const globalMaxPooling1d = defineGlobalPooling('GlobalMaxPooling1D', 'ReduceMax', 1);
export const globalMaxPooling2d = defineGlobalPooling('GlobalMaxPooling2D', 'ReduceMax', 2);
