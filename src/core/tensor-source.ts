import type { DType } from './dtypes.ts';

/**
 * A tensor that stays where it is (in a file, mostly) until somebody reads it.
 * Nothing is allocated before `read`; the declared size was checked against what the file can hold.
 */
export interface TensorSource {
  readonly dtype: DType;
  readonly shape: readonly number[];
  /** For messages: `moderation_model.h5: /model_weights/conv1/kernel:0`. */
  readonly place: string;
  /** Raw little-endian elements in C order, `elementCount(shape) * DTYPE_BYTES[dtype]` bytes. The caller must not write to them. */
  read(): Uint8Array;
}
