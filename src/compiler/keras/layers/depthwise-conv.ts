import { defineLayer } from '../layer.ts';
import { biasSpec, channelAxis, type DepthwiseConfig, emitConv, kerasDepthwiseKernelToOnnxWeight, readConvOptions } from './conv.ts';
import { fixedSize, inputShape } from './input-size.ts';
import { onlyInput } from './nodes.ts';
import { positiveInteger } from './options.ts';

/** One or more (`depth_multiplier`) filters for each channel: an ONNX Conv with as many groups as channels. */
export const depthwiseConv2d = defineLayer<DepthwiseConfig>({
  className: 'DepthwiseConv2D',
  parse: (reader) => ({ ...readConvOptions(reader, 2), depthMultiplier: positiveInteger(reader, 'depth_multiplier', 1) }),
  weights({ kernelSize, depthMultiplier, useBias, dataFormat }, inputShapes) {
    const channels = fixedSize(inputShape(inputShapes, 4), channelAxis(dataFormat));
    return [
      { shape: [...kernelSize, channels, depthMultiplier], kind: 'parameter', role: 'weight', kerasName: 'depthwise_kernel' },
      ...biasSpec(useBias, channels * depthMultiplier),
    ];
  },
  emit(context) {
    const { config } = context;
    const kernel = context.weight('weight');
    const bias = config.useBias ? context.weight('bias') : undefined;
    const weight = kerasDepthwiseKernelToOnnxWeight(context, kernel);
    return [emitConv(context, config, onlyInput(context), weight, bias, context.shape(kernel)[2] as number, 2)];
  },
});
