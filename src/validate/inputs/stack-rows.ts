import { invariant } from '../../core/errors.ts';
import type { Tensor } from '../../engines/tensor.ts';

/** Rows of one shape [1, …] as one tensor [rows, …]. */
export function stackRows(rows: readonly Tensor[]): Tensor {
  const [first] = rows;
  invariant(first !== undefined, 'no rows to stack');
  const { dtype, shape } = first;
  const bytes = first.data.byteLength;
  // A buffer of its own: elements are read from it as they lie, and a pooled one may start anywhere.
  const data = new Uint8Array(bytes * rows.length);
  rows.forEach((row, index) => {
    invariant(row.dtype === dtype && String(row.shape) === String(shape), `a row of [${row.shape.join(', ')}] among [${shape.join(', ')}]`);
    data.set(row.data, index * bytes);
  });
  return { dtype, shape: [rows.length, ...shape.slice(1)], data };
}
