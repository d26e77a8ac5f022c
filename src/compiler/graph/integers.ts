import type { TensorSource } from '../../core/tensor-source.ts';

/** The elements of a small integer tensor; undefined where its dtype isn't one. */
export function readIntegers(source: TensorSource): readonly number[] | undefined {
  const bytes = source.read();
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (source.dtype === 'int64') return Array.from({ length: bytes.byteLength / 8 }, (_, index) => Number(view.getBigInt64(index * 8, true)));
  if (source.dtype === 'int32') return Array.from({ length: bytes.byteLength / 4 }, (_, index) => view.getInt32(index * 4, true));
  return undefined;
}
