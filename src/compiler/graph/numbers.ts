import type { TensorSource } from '../../core/tensor-source.ts';
import { readIntegers } from './integers.ts';

/** The elements of a small tensor of float32, float64, int32 or int64; undefined for other dtypes. */
export function readNumbers(source: TensorSource): readonly number[] | undefined {
  if (source.dtype !== 'float32' && source.dtype !== 'float64') return readIntegers(source);
  const bytes = source.read();
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (source.dtype === 'float32') return Array.from({ length: bytes.byteLength / 4 }, (_, index) => view.getFloat32(index * 4, true));
  return Array.from({ length: bytes.byteLength / 8 }, (_, index) => view.getFloat64(index * 8, true));
}
