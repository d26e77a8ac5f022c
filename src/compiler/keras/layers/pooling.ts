import { defineLayer } from '../layer.ts';
import { expectRank, fromChannelsFirst, onlyInput, toChannelsFirst } from './nodes.ts';
import { type DataFormat, positiveIntegers, readDataFormat } from './options.ts';
import { type Window, windowPads } from './window-pads.ts';

interface PoolingConfig extends Window {
  readonly dataFormat: DataFormat;
}

/** Padding never counts: a maximum takes it for −∞, a mean leaves it out of the sum and of the count. */
function definePooling(className: string, op: 'MaxPool' | 'AveragePool', rank: number) {
  return defineLayer<PoolingConfig>({
    className,
    parse(reader) {
      const kernelSize = positiveIntegers(reader, 'pool_size', rank, Array<number>(rank).fill(2));
      return {
        kernelSize,
        strides: positiveIntegers(reader, 'strides', rank, kernelSize),
        dilations: Array<number>(rank).fill(1),
        padding: reader.oneOf('padding', ['valid', 'same'], 'valid'),
        dataFormat: readDataFormat(reader),
      };
    },
    weights: () => [],
    emit(context) {
      const { config } = context;
      const x = onlyInput(context);
      expectRank(context, x, rank + 2);
      const input = toChannelsFirst(context, x, config.dataFormat);
      const y = context.node(op, [input], {
        kernel_shape: config.kernelSize,
        strides: config.strides,
        pads: windowPads(context, config, context.shape(input).slice(2)),
        ...(op === 'AveragePool' && { count_include_pad: 0 }),
      });
      return [fromChannelsFirst(context, y, config.dataFormat)];
    },
  });
}

export const averagePooling1d = definePooling('AveragePooling1D', 'AveragePool', 1);
export const averagePooling2d = definePooling('AveragePooling2D', 'AveragePool', 2);
export const maxPooling1d = definePooling('MaxPooling1D', 'MaxPool', 1);
export const maxPooling2d = definePooling('MaxPooling2D', 'MaxPool', 2);
