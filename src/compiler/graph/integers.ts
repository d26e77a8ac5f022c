import type { TensorSource } from '../../core/tensor-source.ts';

/** The elements of a small integer tensor; undefined where its dtype isn't one. */
export function readIntegers(source: TensorSource): readonly number[] | undefined {
  const bytes = source.read();
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const numbers: number[] = [];
  if (source.dtype === 'int64') for (let place = 0; place < bytes.byteLength; place += 8) numbers.push(Number(view.getBigInt64(place, true)));
  else if (source.dtype === 'int32') for (let place = 0; place < bytes.byteLength; place += 4) numbers.push(view.getInt32(place, true));
  else return undefined;
  return numbers;
}
