import type { ValueId } from '../../../graph/graph.ts';
import { FIX_THE_SIZE } from '../input-size.ts';
import { castTo, checkConstantSize, constantLike, type Emitter, transpose } from '../nodes.ts';
import { interpolationMatrix, type ResampleMethod } from './interpolation-matrix.ts';
import { isNearestExact, nearestIndices } from './nearest-indices.ts';

/** `tf.image.ResizeMethod`. */
export const RESIZE_METHODS = ['bilinear', 'nearest', 'bicubic', 'area', 'lanczos3', 'lanczos5', 'gaussian', 'mitchellcubic'] as const;
export type ResizeMethod = (typeof RESIZE_METHODS)[number];

/** NHWC → NCHW and back. */
const TO_NCHW = [0, 3, 1, 2];
const TO_NHWC = [0, 2, 3, 1];

type Size = readonly [height: number, width: number];

const NEAREST = { mode: 'nearest', nearest_mode: 'round_prefer_ceil' };

/**
 * `tf.image.resize` (2.x: half-pixel centres, no antialias unless asked for) of [N, H, W, C] to [N, height, width, C].
 * Nearest keeps the dtype, all others give float32. Bilinear and nearest are ONNX' Resize; the others, whose kernels no runtime
 * shares, are two products with constant matrices and need fixed sizes.
 */
export function emitResize(context: Emitter, x: ValueId, size: Size, method: ResizeMethod, antialias = false): ValueId {
  const [, height, width] = context.shape(x);
  if (method === 'nearest') {
    if (height === size[0] && width === size[1]) return x;
    if (typeof height === 'number' && typeof width === 'number') return emitNearest(context, x, [height, width], size);
    context.warn('nearest resizing of a free size: ONNX Runtime may take the neighbour of a pixel that lies right between two');
    return resizeTo(context, x, size, NEAREST);
  }
  const input = castTo(context, x, 'float32');
  if (method === 'bilinear' && !antialias) {
    if (height === size[0] && width === size[1]) return input;
    return resizeTo(context, input, size, { mode: 'linear' });
  }
  if (typeof height !== 'number' || typeof width !== 'number')
    return context.unsupported(`${method} resizing of a free size (${height}×${width})`, FIX_THE_SIZE);
  const kernel: ResampleMethod = method === 'bilinear' ? 'triangle' : method === 'bicubic' && antialias ? 'keyscubic' : (method as ResampleMethod);
  if (kernel === 'area' && antialias) return context.unsupported('area resizing with antialias');
  return transpose(context, resample(context, transpose(context, input, TO_NCHW), kernel, [height, width], size, antialias), TO_NHWC);
}

/** As Resize where every runtime takes the pixels that TensorFlow takes, else the pixels by their indices. */
function emitNearest(context: Emitter, x: ValueId, from: Size, to: Size): ValueId {
  if (isNearestExact(from[0], to[0]) && isNearestExact(from[1], to[1])) return resizeTo(context, x, to, NEAREST);
  return [0, 1].reduce<ValueId>((result, axis) => {
    const indices = nearestIndices(from[axis] as number, to[axis] as number);
    return context.node('Gather', [result, context.builder.constant(indices)], { axis: axis + 1 });
  }, x);
}

/** To sizes. Half-pixel centres; nearest takes floor((i + 0.5)·in/out), which is ONNX' (i + 0.5)·in/out − 0.5 rounded half up. */
function resizeTo(context: Emitter, x: ValueId, size: readonly number[], attributes: Readonly<Record<string, string>>): ValueId {
  const resized = context.node('Resize', [transpose(context, x, TO_NCHW), null, null, context.builder.constant(size)], {
    axes: [2, 3],
    coordinate_transformation_mode: 'half_pixel',
    ...attributes,
  });
  return transpose(context, resized, TO_NHWC);
}

/** [N, C, H, W]: matrix[height, H] · x · matrix[width, W]ᵀ. */
function resample(context: Emitter, x: ValueId, method: ResampleMethod, from: Size, to: Size, antialias: boolean): ValueId {
  checkConstantSize(context, [to[0], from[0]]);
  checkConstantSize(context, [to[1], from[1]]);
  const rows = constantLike(context, x, interpolationMatrix(method, from[0], to[0], antialias), [to[0], from[0]]);
  const columns = interpolationMatrix(method, from[1], to[1], antialias);
  const transposed = Array.from({ length: from[1] * to[1] }, (_, index) => columns[(index % to[1]) * from[1] + Math.floor(index / to[1])] as number);
  const right = constantLike(context, x, transposed, [from[1], to[1]]);
  return context.node('MatMul', [rows, context.node('MatMul', [x, right])]);
}

/** Whole factors of [N, H, W, C] (UpSampling2D): free sizes pass through. */
export function emitUpsample(context: Emitter, x: ValueId, factors: Size, method: 'bilinear' | 'nearest'): ValueId {
  if (factors[0] === 1 && factors[1] === 1) return method === 'nearest' ? x : castTo(context, x, 'float32');
  const input = method === 'nearest' ? x : castTo(context, x, 'float32');
  const scales = context.builder.constant([1, 1, ...factors], { dtype: 'float32' });
  // floor((i + 0.5)/n) is floor(i/n). Where 1/n isn't exact in float32 the half pixel keeps the quotient away from whole numbers.
  const exact = factors.every((factor) => Number.isInteger(Math.log2(factor)));
  const nearest = exact
    ? { coordinate_transformation_mode: 'asymmetric', mode: 'nearest', nearest_mode: 'floor' }
    : { coordinate_transformation_mode: 'half_pixel', mode: 'nearest', nearest_mode: 'round_prefer_ceil' };
  const attributes = method === 'nearest' ? nearest : { coordinate_transformation_mode: 'half_pixel', mode: 'linear' };
  return transpose(context, context.node('Resize', [transpose(context, input, TO_NCHW), null, scales], attributes), TO_NHWC);
}

/**
 * Keras' `smart_resize`: the largest centred crop of the target's aspect ratio, resized. The crop is computed in float32 and cut to
 * whole pixels, as Keras does (keras/utils/image_utils.py).
 */
export function cropToAspectRatio(
  from: readonly [number, number],
  to: readonly [number, number],
): { top: number; left: number; height: number; width: number } {
  const f = Math.fround;
  const height = Math.min(from[0], Math.trunc(f(f(from[1] * to[0]) / f(to[1]))));
  const width = Math.min(from[1], Math.trunc(f(f(from[0] * to[1]) / f(to[0]))));
  return { top: Math.trunc((from[0] - height) / 2), left: Math.trunc((from[1] - width) / 2), height, width };
}
