import { TorchliftError } from '../../../core/errors.ts';
import type { ValueId } from '../../graph/graph.ts';
import type { ConfigReader } from '../config-reader.ts';
import { defineLayer, type WeightSpec } from '../layer.ts';
import { type Activation, emitActivation, readActivation } from './activations.ts';
import { fixedSize, inputShape } from './input-size.ts';
import { type Emitter, expectRank, fromChannelsFirst, onlyInput, reshape, toChannelsFirst, transpose } from './nodes.ts';
import { type DataFormat, positiveInteger, positiveIntegers, readDataFormat } from './options.ts';
import { type Window, windowPads } from './window-pads.ts';

/** What every convolution's config has. */
export interface ConvOptions extends Window {
  readonly dataFormat: DataFormat;
  readonly useBias: boolean;
  readonly activation: Activation;
}

interface ConvConfig extends ConvOptions {
  readonly filters: number;
  readonly groups: number;
}

export interface DepthwiseConfig extends ConvOptions {
  readonly depthMultiplier: number;
}

export function readConvOptions(reader: ConfigReader, rank: number): ConvOptions {
  const ones = Array<number>(rank).fill(1);
  const dataFormat = readDataFormat(reader);
  const padding = reader.oneOf('padding', rank === 1 ? ['valid', 'same', 'causal'] : ['valid', 'same'], 'valid');
  return {
    kernelSize: positiveIntegers(reader, 'kernel_size', rank),
    strides: positiveIntegers(reader, 'strides', rank, ones),
    dilations: positiveIntegers(reader, 'dilation_rate', rank, ones),
    padding,
    dataFormat,
    useBias: reader.boolean('use_bias', true),
    activation: readActivation(reader),
  };
}

export function channelAxis(dataFormat: DataFormat): number {
  return dataFormat === 'channels_first' ? 1 : -1;
}

export function biasSpec(useBias: boolean, filters: number, part?: string): readonly WeightSpec[] {
  return useBias ? [{ shape: [filters], kind: 'parameter', role: 'bias', kerasName: 'bias', ...(part && { part }) }] : [];
}

/** Conv over the spatial axes; `weight` as ONNX has it [M, C/group, kernel…]; the result in Keras' order, activation applied. */
export function emitConv(
  context: Emitter,
  options: ConvOptions,
  x: ValueId,
  weight: ValueId,
  bias: ValueId | undefined,
  group: number,
  rank: number,
): ValueId {
  expectRank(context, x, rank + 2);
  const input = toChannelsFirst(context, x, options.dataFormat);
  const y = context.node('Conv', bias === undefined ? [input, weight] : [input, weight, bias], {
    kernel_shape: options.kernelSize,
    strides: options.strides,
    dilations: options.dilations,
    pads: windowPads(context, options, context.shape(input).slice(2)),
    group,
  });
  return emitActivation(context, options.activation, fromChannelsFirst(context, y, options.dataFormat));
}

/** Keras kernel [spatial…, C/group, M] → ONNX [M, C/group, spatial…]: HWIO → OIHW. */
export function kerasKernelToOnnxWeight(context: Emitter, kernel: ValueId): ValueId {
  const rank = context.shape(kernel).length;
  return transpose(context, kernel, [rank - 1, rank - 2, ...Array.from({ length: rank - 2 }, (_, index) => index)]);
}

/** Keras depthwise kernel [H, W, C, multiplier] → ONNX [C·multiplier, 1, H, W]: output channel c·multiplier + m, as group = C has it. */
export function kerasDepthwiseKernelToOnnxWeight(context: Emitter, kernel: ValueId): ValueId {
  const [height, width, channels, multiplier] = context.shape(kernel) as readonly number[];
  const byChannel = transpose(context, kernel, [2, 3, 0, 1]);
  return reshape(context, byChannel, [(channels as number) * (multiplier as number), 1, height as number, width as number]);
}

function defineConv(className: string, rank: number) {
  return defineLayer<ConvConfig>({
    className,
    parse: (reader) => ({
      ...readConvOptions(reader, rank),
      filters: positiveInteger(reader, 'filters'),
      groups: positiveInteger(reader, 'groups', 1),
    }),
    weights({ kernelSize, filters, groups, useBias, dataFormat }, inputShapes) {
      const channels = fixedSize(inputShape(inputShapes, rank + 2), channelAxis(dataFormat));
      if (channels % groups !== 0 || filters % groups !== 0)
        throw new TorchliftError('malformed-config', { what: `${channels} channels and ${filters} filters can't be divided into ${groups} groups` });
      return [
        { shape: [...kernelSize, channels / groups, filters], kind: 'parameter', role: 'weight', kerasName: 'kernel' },
        ...biasSpec(useBias, filters),
      ];
    },
    emit(context) {
      const { config } = context;
      const weight = kerasKernelToOnnxWeight(context, context.weight('weight'));
      const bias = config.useBias ? context.weight('bias') : undefined;
      return [emitConv(context, config, onlyInput(context), weight, bias, config.groups, rank)];
    },
  });
}

export const conv1d = defineConv('Conv1D', 1);
export const conv2d = defineConv('Conv2D', 2);
