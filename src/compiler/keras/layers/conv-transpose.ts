import type { Dim } from '../../graph/graph.ts';
import { defineLayer } from '../layer.ts';
import { emitActivation } from './activations.ts';
import { biasSpec, type ConvOptions, channelAxis, readConvOptions } from './conv.ts';
import { fixedSize, inputShape } from './input-size.ts';
import { type Emitter, expectRank, fromChannelsFirst, onlyInput, toChannelsFirst, transpose } from './nodes.ts';
import { positiveInteger } from './options.ts';

interface ConvTransposeConfig extends ConvOptions {
  readonly filters: number;
  readonly outputPadding: readonly number[] | undefined;
}

/** A stand-in for a free size: the pads of one output size depend on it only modulo the stride, once it is larger than the kernel. */
const ANY_SIZE = 2 ** 20;

/** The gradient of a convolution: TensorFlow pads as the convolution that leads back would, so an odd pad is cut from the end. */
export const conv2dTranspose = defineLayer<ConvTransposeConfig>({
  className: 'Conv2DTranspose',
  parse(reader) {
    const options = readConvOptions(reader, 2);
    const outputPadding = reader.has('output_padding') ? reader.integers('output_padding', 2) : undefined;
    outputPadding?.forEach((padding, axis) => {
      if (padding < 0 || padding >= (options.strides[axis] as number))
        throw reader.malformed(`output_padding ${padding} with stride ${options.strides[axis]}`);
    });
    return { ...options, filters: positiveInteger(reader, 'filters'), outputPadding };
  },
  weights({ kernelSize, filters, useBias, dataFormat }, inputShapes) {
    const channels = fixedSize(inputShape(inputShapes, 4), channelAxis(dataFormat));
    return [{ shape: [...kernelSize, filters, channels], kind: 'parameter', role: 'weight', kerasName: 'kernel' }, ...biasSpec(useBias, filters)];
  },
  emit(context) {
    const { config } = context;
    const input = toChannelsFirst(context, onlyInput(context), config.dataFormat);
    expectRank(context, input, 4);
    // Keras [H, W, M, C] → ONNX [C, M, H, W]; both scatter, so nothing is flipped.
    const weight = transpose(context, context.weight('weight'), [3, 2, 0, 1]);
    const spatial = context.shape(input).slice(2);
    const crops = spatial.map((size, axis) => cropping(context, config, size, axis));
    const y = context.node('ConvTranspose', config.useBias ? [input, weight, context.weight('bias')] : [input, weight], {
      kernel_shape: config.kernelSize,
      strides: config.strides,
      dilations: config.dilations,
      pads: [...crops.map(({ begin }) => begin), ...crops.map(({ end }) => Math.max(end, 0))],
      output_padding: crops.map(({ end }) => Math.max(-end, 0)),
    });
    return [emitActivation(context, config.activation, fromChannelsFirst(context, y, config.dataFormat))];
  },
});

/** What is cut from the full result (size − 1)·stride + extent: `begin` in front, `end` behind (negative: zeros are added). */
function cropping(context: Emitter, config: ConvTransposeConfig, free: Dim, axis: number): { readonly begin: number; readonly end: number } {
  const size = typeof free === 'number' ? free : ANY_SIZE;
  const stride = config.strides[axis] as number;
  const extent = ((config.kernelSize[axis] as number) - 1) * (config.dilations[axis] as number) + 1;
  const full = (size - 1) * stride + extent;
  const output = outputLength(config, size, stride, extent, config.outputPadding?.[axis]);
  if (config.padding === 'valid') {
    if (Math.ceil((output - extent + 1) / stride) !== size) return context.unsupported(`output_padding ${config.outputPadding} of a size ${free}`);
    return { begin: 0, end: full - output };
  }
  if (Math.ceil(output / stride) !== size) return context.unsupported(`output_padding ${config.outputPadding} of a size ${free}`);
  const total = Math.max((size - 1) * stride + extent - output, 0);
  const begin = Math.floor(total / 2);
  return { begin, end: full - output - begin };
}

/** keras/utils/conv_utils.py, deconv_output_length. */
function outputLength(config: ConvTransposeConfig, size: number, stride: number, extent: number, outputPadding: number | undefined): number {
  if (outputPadding !== undefined) return (size - 1) * stride + extent - 2 * (config.padding === 'same' ? Math.floor(extent / 2) : 0) + outputPadding;
  return config.padding === 'same' ? size * stride : size * stride + Math.max(extent - stride, 0);
}
