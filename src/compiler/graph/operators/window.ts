import { addDims, divideDim, printShape, staticShape } from '../dims.ts';
import type { Attributes, Dim, Shape } from '../graph.ts';
import { legal } from '../legal.ts';
import type { AttributeSpec, InferContext } from '../operator.ts';
import { inputShape, intsAttribute, stringAttribute } from './read.ts';

/** What Conv, ConvTranspose and the pools share: how a window moves over the spatial axes. */
export interface Window {
  readonly kernelShape: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  /** ONNX's order: every axis' begin, then every axis' end. Zeros where `autoPad` decides. */
  readonly pads: readonly number[];
  readonly autoPad: 'NOTSET' | 'VALID' | 'SAME_UPPER' | 'SAME_LOWER';
}

export const WINDOW_ATTRIBUTES = {
  auto_pad: { type: 'string', default: 'NOTSET' },
  dilations: { type: 'ints', optional: true },
  pads: { type: 'ints', optional: true },
  strides: { type: 'ints', optional: true },
} as const satisfies Record<string, AttributeSpec>;

/** The sizes of a convolution's weight (input 1), for an input of rank `rank`. */
export function kernelOf(context: InferContext, rank: number): readonly number[] {
  const weight = staticShape(inputShape(context, 1));
  legal(weight !== undefined && weight.length === rank && rank > 2, () => `${context.node}: a kernel of shape ${printShape(inputShape(context, 1))}`);
  return weight;
}

/** The attributes with ONNX's defaults (strides and dilations 1, pads 0) filled in. `kernelShape`: of the weight, or the attribute. */
export function readWindow(attributes: Attributes, kernelShape: readonly number[], place: string): Window {
  const rank = kernelShape.length;
  const list = (key: string, length: number, fallback: number): readonly number[] => {
    const values = intsAttribute(attributes, key) ?? Array<number>(length).fill(fallback);
    legal(values.length === length, () => `${place}: ${key} has ${values.length} numbers, expected ${length}`);
    return values;
  };
  const autoPad = stringAttribute(attributes, 'auto_pad', place);
  legal(['NOTSET', 'VALID', 'SAME_UPPER', 'SAME_LOWER'].includes(autoPad), () => `${place}: auto_pad ${autoPad}`);
  return {
    kernelShape,
    strides: list('strides', rank, 1),
    dilations: list('dilations', rank, 1),
    pads: list('pads', 2 * rank, 0),
    autoPad: autoPad as Window['autoPad'],
  };
}

/** Sizes after the window has moved over `spatial`. */
export function windowOutput(window: Window, spatial: Shape, ceilMode: boolean, place: string): Shape {
  const rank = window.kernelShape.length;
  legal(spatial.length === rank, () => `${place}: a window of rank ${rank} over ${spatial.length} spatial axes`);
  return spatial.map((size, axis): Dim => {
    const at = (list: readonly number[], index: number): number => list[index] as number;
    const stride = at(window.strides, axis);
    if (window.autoPad === 'SAME_UPPER' || window.autoPad === 'SAME_LOWER') return divideDim(size, stride, 'ceil');
    const extent = (at(window.kernelShape, axis) - 1) * at(window.dilations, axis) + 1;
    const begin = at(window.pads, axis);
    const padded = addDims(size, begin + at(window.pads, axis + rank) - extent);
    const steps = addDims(divideDim(padded, stride, ceilMode ? 'ceil' : 'floor'), 1);
    if (typeof steps === 'number') {
      legal(steps > 0, () => `${place}: the window (${extent}) is larger than the padded input (axis ${axis})`);
      // A window must start inside the input or its padding at the begin (ONNX, AveragePool and MaxPool).
      if (ceilMode && typeof size === 'number' && (steps - 1) * stride >= size + begin) return steps - 1;
    }
    return steps;
  });
}
