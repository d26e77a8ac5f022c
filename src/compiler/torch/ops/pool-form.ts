import type { Shape } from '../../graph/graph.ts';
import { at, type Window, windowExtent } from './window.ts';

/** How torch's pool gives what ONNX's does: `padding` on both ends, then a part of the result along each axis. */
export interface PoolForm {
  readonly padding: readonly number[];
  readonly ceilMode: boolean;
  /** First position kept, by axis; the kept ones are as many as the result has. */
  readonly starts: readonly number[];
}

/** A stand-in for a free size where the stride is 1: then all counts grow with the size alike. */
const ANY_SIZE = 4096;

/**
 * For pools whose padding never counts (a maximum, a mean without it): torch pads both ends alike and never counts it either, so only
 * where its windows start and how many there are matters. SAME's odd pad at the end falls out of `ceil_mode`; at stride 1 torch
 * pads one more in front and the first results are dropped. Undefined where neither gives exactly ONNX's windows.
 *
 * @param sizes spatial sizes of the input; a free one only with stride 1
 * @param wanted spatial sizes of the result
 */
export function poolForm(window: Window, sizes: Shape, wanted: Shape): PoolForm | undefined {
  const axes = sizes.map((size, axis) => {
    if (typeof size === 'number') return { size, wanted: wanted[axis] as number };
    const extent = windowExtent(window, axis);
    return at(window.strides, axis) === 1
      ? { size: ANY_SIZE, wanted: ANY_SIZE + at(window.begins, axis) + at(window.ends, axis) - extent + 1 }
      : undefined;
  });
  if (axes.some((axis) => axis === undefined)) return undefined;
  for (const ceilMode of [false, true]) {
    const forms = axes.map((axis, index) => axisForm(window, index, axis as { size: number; wanted: number }, ceilMode));
    if (forms.every((form) => form !== undefined)) {
      return { padding: forms.map((form) => form.padding), ceilMode, starts: forms.map((form) => form.start) };
    }
  }
  return undefined;
}

function axisForm(
  window: Window,
  axis: number,
  { size, wanted }: { size: number; wanted: number },
  ceilMode: boolean,
): { padding: number; start: number } | undefined {
  const stride = at(window.strides, axis);
  const extent = windowExtent(window, axis);
  for (let start = 0; ; start++) {
    const padding = at(window.begins, axis) + start * stride;
    // pooling_shape.h: pad should be at most half of the effective kernel size; torch 2.1 knows the plain one.
    if (padding * 2 > at(window.kernel, axis)) return undefined;
    const given = positions(size, padding, extent, stride, ceilMode);
    if (given - start === wanted || (given - start > wanted && stride === 1)) return { padding, start };
  }
}

/** Pool.h, pooling_output_shape: a window must start inside the input or its left padding. */
function positions(size: number, padding: number, extent: number, stride: number, ceilMode: boolean): number {
  const steps = (size + 2 * padding - extent) / stride;
  const count = (ceilMode ? Math.ceil(steps) : Math.floor(steps)) + 1;
  return ceilMode && (count - 1) * stride >= size + padding ? count - 1 : count;
}
