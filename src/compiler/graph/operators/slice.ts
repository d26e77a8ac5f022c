import { addDims, divideDim, normalizeAxis } from '../dims.ts';
import type { Dim } from '../graph.ts';
import { legal } from '../legal.ts';
import { defineOperator } from '../operator.ts';
import { inputValue } from './read.ts';
import { unknownSizes } from './unknown-sizes.ts';

/** data, starts, ends, axes, steps; negative positions count from the end, positions beyond it are clamped, as in Python. */
export const slice = defineOperator({
  op: 'Slice',
  domain: '',
  since: 13,
  inputs: [3, 5],
  outputs: [1, 1],
  attributes: {},
  infer(context) {
    const { dtype, shape } = inputValue(context, 0);
    const starts = context.constant(1);
    const ends = context.constant(2);
    const axes = context.inputs[3] ? context.constant(3) : [...shape.keys()].slice(0, starts?.length ?? 0);
    const steps = context.inputs[4] ? context.constant(4) : axes?.map(() => 1);
    if (starts === undefined || ends === undefined || axes === undefined || steps === undefined)
      return [{ dtype, shape: unknownSizes(context.node, shape.length) }];
    const result: Dim[] = [...shape];
    axes.forEach((given, index) => {
      const axis = normalizeAxis(given, shape.length, context.node);
      const [start, end, step] = [starts[index], ends[index], steps[index]];
      legal(
        start !== undefined && end !== undefined && step !== undefined && step !== 0,
        () => `${context.node}: starts, ends and steps differ in length`,
      );
      result[axis] = slicedSize(shape[axis] as Dim, start, end, step, `${context.node}#${axis}`);
    });
    return [{ dtype, shape: result }];
  },
});

/** Where a slice of an axis of known size begins and how many elements it takes. */
export function sliceRange(size: number, start: number, end: number, step: number): { readonly start: number; readonly count: number } {
  const clamp = (position: number, low: number, high: number): number => Math.min(Math.max(position < 0 ? position + size : position, low), high);
  if (step > 0) {
    const begin = clamp(start, 0, size);
    return { start: begin, count: Math.max(0, Math.ceil((clamp(end, 0, size) - begin) / step)) };
  }
  const begin = clamp(start, -1, size - 1);
  // An `end` below -size means "through element 0"; clamping keeps it at -1.
  return { start: begin, count: Math.max(0, Math.ceil((clamp(end, -1, size - 1) - begin) / step)) };
}

/** Ends at or beyond this mean "to the end", whatever the size (INT_MAX and INT64_MAX are usual). */
const TO_THE_END = 2 ** 31 - 1;

function slicedSize(size: Dim, start: number, end: number, step: number, unknown: string): Dim {
  if (typeof size === 'number') return sliceRange(size, start, end, step).count;
  if (step < 0) return step === -1 && start === -1 && end <= -TO_THE_END ? size : unknown;
  if (start >= 0 && end >= TO_THE_END) return divideDim(addDims(size, -start), step, 'ceil');
  if (start >= 0 && end < 0) return divideDim(addDims(size, end - start), step, 'ceil');
  // Of an axis of free size: whether it is long enough shows only at run time.
  return unknown;
}
