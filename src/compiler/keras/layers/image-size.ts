import type { ValueId } from '../../graph/graph.ts';
import type { ConfigReader } from '../config-reader.ts';
import { defineLayer } from '../layer.ts';
import { FIX_THE_SIZE } from './input-size.ts';
import { castToFloat, type Emitter, expectRank, onlyInput, slice, transpose, unsqueeze } from './nodes.ts';
import { type DataFormat, positiveInteger, positiveIntegers, readDataFormat } from './options.ts';
import { cropToAspectRatio, emitResize, emitUpsample, RESIZE_METHODS, type ResizeMethod } from './resize/resize.ts';

type Size = readonly [height: number, width: number];

function readSize(reader: ConfigReader): Size {
  return [positiveInteger(reader, 'height'), positiveInteger(reader, 'width')];
}

function readMethod(reader: ConfigReader, fallback: ResizeMethod): ResizeMethod {
  const name = reader.string('interpolation', fallback).toLowerCase();
  const method = RESIZE_METHODS.find((known) => known === name);
  if (method === undefined) throw reader.unsupported(`interpolation ${JSON.stringify(name)}`);
  return method;
}

/** H and W of [N, H, W, C]; a crop's place depends on them. */
function fixedImageSize(context: Emitter, x: ValueId): Size {
  const [, height, width] = context.shape(x);
  if (typeof height === 'number' && typeof width === 'number') return [height, width];
  return context.unsupported(`cropping an image of a free size (${height}×${width})`, FIX_THE_SIZE);
}

/** Keras' `smart_resize`. */
function emitSmartResize(context: Emitter, x: ValueId, size: Size, method: ResizeMethod): ValueId {
  const crop = cropToAspectRatio(fixedImageSize(context, x), size);
  if (crop.height < 1 || crop.width < 1) return context.unsupported(`resizing to ${size.join('×')} with crop_to_aspect_ratio: nothing is left`);
  return emitResize(context, emitCrop(context, x, crop.top, crop.left, [crop.height, crop.width]), size, method);
}

function emitCrop(context: Emitter, x: ValueId, top: number, left: number, [height, width]: Size): ValueId {
  const from = context.shape(x);
  return slice(
    context,
    x,
    [
      { axis: 1, start: top, end: top + height },
      { axis: 2, start: left, end: left + width },
    ].filter(({ axis, start, end }) => start !== 0 || end !== from[axis]),
  );
}

export const resizing = defineLayer<{ readonly size: Size; readonly method: ResizeMethod; readonly crop: boolean }>({
  className: 'Resizing',
  parse: (reader) => ({ size: readSize(reader), method: readMethod(reader, 'bilinear'), crop: reader.boolean('crop_to_aspect_ratio', false) }),
  weights: () => [],
  emit(context) {
    const { size, method, crop } = context.config;
    const x = castToFloat(context, onlyInput(context));
    expectRank(context, x, 4);
    return [crop ? emitSmartResize(context, x, size, method) : emitResize(context, x, size, method)];
  },
});

/** The middle of an image that is large enough, or the largest crop of the aspect ratio, resized bilinearly. */
export const centerCrop = defineLayer<Size>({
  className: 'CenterCrop',
  parse: readSize,
  weights: () => [],
  emit(context) {
    const [height, width] = context.config;
    const x = castToFloat(context, onlyInput(context));
    expectRank(context, x, 4);
    const from = fixedImageSize(context, x);
    const [top, left] = [(from[0] - height) / 2, (from[1] - width) / 2];
    if (top < 0 || left < 0) return [emitSmartResize(context, x, context.config, 'bilinear')];
    return [emitCrop(context, x, Math.trunc(top), Math.trunc(left), context.config)];
  },
});

/** At inference the image is resized as `smart_resize` does; only training crops at random. */
export const randomCrop = defineLayer<Size>({
  className: 'RandomCrop',
  parse: readSize,
  weights: () => [],
  emit(context) {
    if (context.mode === 'follows') context.warn('RandomCrop crops at random in training; here it resizes in training too, as at inference');
    const x = castToFloat(context, onlyInput(context));
    expectRank(context, x, 4);
    return [emitSmartResize(context, x, context.config, 'bilinear')];
  },
});

export const upSampling2d = defineLayer<{ readonly factors: Size; readonly method: ResizeMethod; readonly dataFormat: DataFormat }>({
  className: 'UpSampling2D',
  parse(reader) {
    const [height, width] = positiveIntegers(reader, 'size', 2, [2, 2]) as Size;
    return { factors: [height, width], method: readMethod(reader, 'nearest'), dataFormat: readDataFormat(reader) };
  },
  weights: () => [],
  emit(context) {
    const { factors, method, dataFormat } = context.config;
    const x = onlyInput(context);
    expectRank(context, x, 4);
    const images = dataFormat === 'channels_first' ? transpose(context, x, [0, 2, 3, 1]) : x;
    const [, height, width] = context.shape(images);
    let y: ValueId;
    // Whole copies of rows and columns need no size; weights between them do in PyTorch.
    if (method !== 'nearest' && (typeof height !== 'number' || typeof width !== 'number'))
      return context.unsupported(`${method} upsampling of a free size (${height}×${width})`, FIX_THE_SIZE);
    if (method === 'nearest' || method === 'bilinear') y = emitUpsample(context, images, factors, method);
    else {
      const size = [height, width].map((from, axis) => (from as number) * (factors[axis] as number));
      y = emitResize(context, images, size as unknown as Size, method);
    }
    return [dataFormat === 'channels_first' ? transpose(context, y, [0, 3, 1, 2]) : y];
  },
});

/** [N, L, C] → [N, L·size, C], each step repeated. */
export const upSampling1d = defineLayer<number>({
  className: 'UpSampling1D',
  parse: (reader) => positiveInteger(reader, 'size', 2),
  weights: () => [],
  emit(context) {
    const x = onlyInput(context);
    expectRank(context, x, 3);
    const [, length, channels] = context.shape(x);
    if (typeof length !== 'number' || typeof channels !== 'number') return context.unsupported(`an input of a free size (${length}×${channels})`);
    const repeated = context.node('Expand', [unsqueeze(context, x, [2]), context.builder.constant([1, 1, context.config, 1])]);
    return [context.node('Reshape', [repeated, context.builder.constant([0, length * context.config, channels])])];
  },
});
