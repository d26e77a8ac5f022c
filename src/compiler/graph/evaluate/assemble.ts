import { elementCount } from '../../../core/dtypes.ts';
import { invariant } from '../../../core/errors.ts';
import { allocate, contiguousView, materialize, type Storage, type View } from './view.ts';

/** Tensors put together from pieces of others: Concat, Gather, Pad. Each copies whole inner blocks. */
export function concatViews(views: readonly View[], axis: number): View {
  const [first] = views;
  invariant(first !== undefined, 'Concat of nothing');
  const shape = first.shape.map((size, at) => (at === axis ? views.reduce((sum, view) => sum + (view.shape[axis] as number), 0) : size));
  const outer = elementCount(shape.slice(0, axis));
  const inner = elementCount(shape.slice(axis + 1));
  const result = allocateLike(first, elementCount(shape));
  const row = (shape[axis] as number) * inner;
  let start = 0;
  for (const view of views) {
    const data = materialize(view);
    const length = (view.shape[axis] as number) * inner;
    for (let index = 0; index < outer; index++) copy(data, index * length, length, result, index * row + start);
    start += length;
  }
  return contiguousView(result, first.dtype, shape, first.wide);
}

export function gatherView(view: View, indices: readonly number[], indexShape: readonly number[], axis: number): View {
  const size = view.shape[axis] as number;
  const outer = elementCount(view.shape.slice(0, axis));
  const inner = elementCount(view.shape.slice(axis + 1));
  const shape = [...view.shape.slice(0, axis), ...indexShape, ...view.shape.slice(axis + 1)];
  const data = materialize(view);
  const result = allocateLike(view, elementCount(shape));
  const rows = indices.map((index) => {
    const row = index < 0 ? index + size : index;
    invariant(Number.isInteger(row) && row >= 0 && row < size, `Gather: index ${index} of ${size}`);
    return row * inner;
  });
  let to = 0;
  for (let block = 0; block < outer; block++) {
    const base = block * size * inner;
    for (const row of rows) {
      copy(data, base + row, inner, result, to);
      to += inner;
    }
  }
  return contiguousView(result, view.dtype, shape, view.wide);
}

/** Constant mode; negative pads cut. `pads`: one begin and one end an axis. */
export function padView(view: View, pads: readonly (readonly [begin: number, end: number])[], fill: number): View {
  const shape = view.shape.map((size, axis) => size + (pads[axis]?.[0] ?? 0) + (pads[axis]?.[1] ?? 0));
  const data = materialize(view);
  const result = allocateLike(view, elementCount(shape));
  if (result instanceof BigInt64Array || result instanceof BigUint64Array) result.fill(BigInt(fill));
  else result.fill(fill);
  const place = (axis: number, from: number, to: number): void => {
    const size = view.shape[axis];
    if (size === undefined) {
      copy(data, from, 1, result, to);
      return;
    }
    const begin = pads[axis]?.[0] ?? 0;
    const length = shape[axis] as number;
    if (axis === view.shape.length - 1) {
      const skip = Math.max(0, -begin);
      copy(data, from * size + skip, Math.min(size, length - begin) - skip, result, to * length + Math.max(0, begin));
      return;
    }
    for (let index = 0; index < size; index++) {
      const at = index + begin;
      if (at >= 0 && at < length) place(axis + 1, from * size + index, to * length + at);
    }
  };
  if (elementCount(view.shape) > 0) place(0, 0, 0);
  return contiguousView(result, view.dtype, shape, view.wide);
}

function allocateLike(view: View, count: number): Storage {
  return allocate(view.wide ? 'float64' : view.dtype, count);
}

/** Short blocks are faster element by element than through a subarray. */
const SHORT = 16;

function copy(source: Storage, from: number, length: number, target: Storage, to: number): void {
  if (length <= 0) return;
  if (length < SHORT) for (let index = 0; index < length; index++) target[to + index] = source[from + index] as never;
  else (target as Float32Array).set(source.subarray(from, from + length) as Float32Array, to);
}
