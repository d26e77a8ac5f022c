import type { Dim } from '../../graph/graph.ts';
import { FIX_THE_SIZE } from './input-size.ts';
import type { Emitter } from './nodes.ts';

export interface Window {
  readonly kernelSize: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  readonly padding: 'same' | 'valid' | 'causal';
}

/**
 * ONNX `pads` (every axis' begin, then every axis' end) of a window over `spatial`. TensorFlow's SAME gives ⌈size / stride⌉ outputs
 * and puts the odd pad at the end (bottom, right); it depends on the size, so a free size is only possible with stride 1.
 */
export function windowPads(context: Emitter, window: Window, spatial: readonly Dim[]): readonly number[] {
  const begins: number[] = [];
  const ends: number[] = [];
  spatial.forEach((size, axis) => {
    const stride = window.strides[axis] as number;
    const extent = ((window.kernelSize[axis] as number) - 1) * (window.dilations[axis] as number) + 1;
    let total = 0;
    if (window.padding === 'causal') total = extent - 1;
    else if (window.padding === 'same') total = samePadding(context, size, stride, extent);
    const begin = window.padding === 'causal' ? total : Math.floor(total / 2);
    begins.push(begin);
    ends.push(total - begin);
  });
  return [...begins, ...ends];
}

function samePadding(context: Emitter, size: Dim, stride: number, extent: number): number {
  if (stride === 1) return extent - 1;
  if (typeof size === 'number') return Math.max((Math.ceil(size / stride) - 1) * stride + extent - size, 0);
  return context.unsupported(`padding "same" with stride ${stride} over a free size (${size})`, FIX_THE_SIZE);
}
