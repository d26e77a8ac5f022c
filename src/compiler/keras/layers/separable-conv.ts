import { defineLayer } from '../layer.ts';
import { LINEAR } from './activations.ts';
import {
  biasSpec,
  type ConvOptions,
  channelAxis,
  type DepthwiseConfig,
  emitConv,
  kerasDepthwiseKernelToOnnxWeight,
  kerasKernelToOnnxWeight,
  readConvOptions,
} from './conv.ts';
import { fixedSize, inputShape } from './input-size.ts';
import { onlyInput } from './nodes.ts';
import { positiveInteger } from './options.ts';

interface SeparableConfig extends DepthwiseConfig {
  readonly filters: number;
}

/** A depthwise convolution without bias, then a 1×1 convolution that has the bias and the activation: two kernels, two parts. */
export const separableConv2d = defineLayer<SeparableConfig>({
  className: 'SeparableConv2D',
  parse: (reader) => ({
    ...readConvOptions(reader, 2),
    filters: positiveInteger(reader, 'filters'),
    depthMultiplier: positiveInteger(reader, 'depth_multiplier', 1),
  }),
  weights({ kernelSize, depthMultiplier, filters, useBias, dataFormat }, inputShapes) {
    const channels = fixedSize(inputShape(inputShapes, 4), channelAxis(dataFormat));
    return [
      {
        shape: [...kernelSize, channels, depthMultiplier],
        kind: 'parameter',
        part: 'depthwise',
        role: 'weight',
        kerasName: 'depthwise_kernel',
      },
      {
        shape: [1, 1, channels * depthMultiplier, filters],
        kind: 'parameter',
        part: 'pointwise',
        role: 'weight',
        kerasName: 'pointwise_kernel',
      },
      ...biasSpec(useBias, filters, 'pointwise'),
    ];
  },
  emit(context) {
    const { config } = context;
    const kernel = context.weight('weight', 'depthwise');
    const depthwise = kerasDepthwiseKernelToOnnxWeight(context, kernel);
    const group = context.shape(kernel)[2] as number;
    const hidden = emitConv(context, { ...config, activation: LINEAR }, onlyInput(context), depthwise, undefined, group, 2);
    const pointwise = kerasKernelToOnnxWeight(context, context.weight('weight', 'pointwise'));
    const bias = config.useBias ? context.weight('bias', 'pointwise') : undefined;
    const oneByOne: ConvOptions = { ...config, kernelSize: [1, 1], strides: [1, 1], dilations: [1, 1], padding: 'valid' };
    return [emitConv(context, oneByOne, hidden, pointwise, bias, 1, 2)];
  },
});
