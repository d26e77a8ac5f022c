import type { Tensor } from './tensor.ts';

/** Rows `start` to `end` (not included) along the first axis, or as many as there are; the bytes are shared. */
export function sliceRows({ dtype, shape, data }: Tensor, start: number, end: number): Tensor {
  const [rows = 0, ...row] = shape;
  const rowBytes = rows === 0 ? 0 : data.byteLength / rows;
  const last = Math.min(end, rows);
  return { dtype, shape: [last - start, ...row], data: data.subarray(start * rowBytes, last * rowBytes) };
}
