import { DTYPE_BYTES, type DType, elementCount } from '../core/dtypes.ts';
import { invariant } from '../core/errors.ts';

/** A tensor in memory: raw little-endian elements in C order. */
export interface Tensor {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly data: Uint8Array;
}

/** The elements of a float32 tensor; copies only where the bytes aren't aligned. */
export function float32Elements(tensor: Tensor): Float32Array {
  invariant(tensor.dtype === 'float32', `float32 elements of a ${tensor.dtype} tensor`);
  const { data } = tensor;
  const aligned = data.byteOffset % 4 === 0 ? data : new Uint8Array(data);
  return new Float32Array(aligned.buffer, aligned.byteOffset, elementCount(tensor.shape));
}

export function tensorBytes(dtype: DType, shape: readonly number[]): number {
  return elementCount(shape) * DTYPE_BYTES[dtype];
}
