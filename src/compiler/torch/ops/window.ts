import type { Dim } from '../../graph/graph.ts';
import type { LoweringContext } from '../lowering.ts';

/** How a convolution or a pool moves over the spatial axes of input 0, ONNX's defaults and `auto_pad` resolved. */
export interface Window {
  readonly rank: number;
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  readonly begins: readonly number[];
  readonly ends: readonly number[];
}

export function readWindow(context: LoweringContext, kernel: readonly number[]): Window {
  const rank = kernel.length;
  const ones = Array<number>(rank).fill(1);
  const strides = context.ints('strides', ones);
  const dilations = context.ints('dilations', ones);
  const autoPad = context.string('auto_pad', 'NOTSET');
  const zeros = Array<number>(rank).fill(0);
  if (autoPad === 'VALID') return { rank, kernel, strides, dilations, begins: zeros, ends: zeros };
  if (autoPad === 'NOTSET') {
    const pads = context.ints('pads', [...zeros, ...zeros]);
    return { rank, kernel, strides, dilations, begins: pads.slice(0, rank), ends: pads.slice(rank) };
  }
  const totals = context
    .value(0)
    .shape.slice(2)
    .map((size, axis) => sameTotal(context, size, at(kernel, axis), at(strides, axis), at(dilations, axis)));
  const less = totals.map((total) => Math.floor(total / 2));
  const more = totals.map((total) => Math.ceil(total / 2));
  return { rank, kernel, strides, dilations, ...(autoPad === 'SAME_UPPER' ? { begins: less, ends: more } : { begins: more, ends: less }) };
}

/** The last position a window covers, counted from its first, plus one. */
export function windowExtent(window: Window, axis: number): number {
  return (at(window.kernel, axis) - 1) * at(window.dilations, axis) + 1;
}

export function at(list: readonly number[], index: number): number {
  return list[index] as number;
}

/** ONNX, Conv: pad so that the output has ⌈size / stride⌉ positions. */
function sameTotal(context: LoweringContext, size: Dim, kernel: number, stride: number, dilation: number): number {
  const extent = (kernel - 1) * dilation + 1;
  if (stride === 1) return extent - 1;
  if (typeof size === 'string') return context.unsupported(`padding "same" with stride ${stride} over the free size ${size}`);
  return Math.max((Math.ceil(size / stride) - 1) * stride + extent - size, 0);
}
