import type { Dim, Shape } from '../../graph/graph.ts';
import type { Cut } from './crop.ts';
import { at, type Window, windowExtent } from './window.ts';

/** How torch's pool gives what ONNX's does: `padding` on both ends, then cuts along the axes. */
export interface PoolForm {
  readonly padding: readonly number[];
  readonly ceilMode: boolean;
  readonly cuts: readonly Cut[];
}

/** A stand-in for a free size where the stride is 1: then all counts grow with the size alike. */
const ANY_SIZE = 4096;

/**
 * For pools whose padding never counts (a maximum, a mean without it): torch pads both ends alike and never counts it either, so only
 * where its windows start and how many there are matters. SAME's odd pad at the end falls out of `ceil_mode`; at stride 1 torch
 * pads one more in front and the first results are cut. Undefined where neither gives exactly ONNX's windows.
 *
 * @param sizes spatial sizes of the input
 * @param wanted spatial sizes of the result
 * @param onnxCeilMode rounds the count up where a size is free
 */
export function poolForm(window: Window, sizes: Shape, wanted: Shape, onnxCeilMode: boolean): PoolForm | undefined {
  for (const maxRest of [0, Number.POSITIVE_INFINITY]) {
    for (const ceilMode of [false, true]) {
      const forms = sizes.map((size, axis) => {
        const form = axisForm(window, axis, size, wanted[axis] as Dim, ceilMode, onnxCeilMode);
        return form !== undefined && form.cut.rest <= maxRest ? form : undefined;
      });
      if (!forms.every((form) => form !== undefined)) continue;
      return { padding: forms.map(({ padding }) => padding), ceilMode, cuts: forms.map(({ cut }) => cut) };
    }
  }
  return undefined;
}

function axisForm(
  window: Window,
  axis: number,
  free: Dim,
  wanted: Dim,
  ceilMode: boolean,
  onnxCeilMode: boolean,
): { padding: number; cut: Cut } | undefined {
  const [begin, end, stride] = [at(window.begins, axis), at(window.ends, axis), at(window.strides, axis)];
  const extent = windowExtent(window, axis);
  // pooling_shape.h: at most half of the effective kernel; torch 2.1 knows the plain one.
  const fits = (padding: number): boolean => padding * 2 <= at(window.kernel, axis);
  if (typeof free === 'string' && stride !== 1) {
    return begin === end && ceilMode === onnxCeilMode && fits(begin) ? { padding: begin, cut: { start: 0, rest: 0 } } : undefined;
  }
  const size = typeof free === 'number' ? free : ANY_SIZE;
  const count = typeof free === 'number' ? (wanted as number) : ANY_SIZE + begin + end - extent + 1;
  for (let start = 0; fits(begin + start * stride); start++) {
    const padding = begin + start * stride;
    const rest = positions(size, padding, extent, stride, ceilMode) - start - count;
    if (rest >= 0) return { padding, cut: { start, rest } };
  }
  return undefined;
}

/** Pool.h, pooling_output_shape: a window must start inside the input or its left padding. */
function positions(size: number, padding: number, extent: number, stride: number, ceilMode: boolean): number {
  const steps = (size + 2 * padding - extent) / stride;
  const count = (ceilMode ? Math.ceil(steps) : Math.floor(steps)) + 1;
  return ceilMode && (count - 1) * stride >= size + padding ? count - 1 : count;
}
