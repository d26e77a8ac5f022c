import { elementCount, isFloat } from '../../../core/dtypes.ts';
import type { TensorSource } from '../../../core/tensor-source.ts';

/**
 * A weight as float32, the dtype everything is computed in. Files saved under a float16 or float64 policy hold those; other dtypes
 * (counters, seeds) stay. Converted at every read: nothing is kept.
 */
export function float32Source(source: TensorSource): TensorSource {
  if (source.dtype === 'float32' || !isFloat(source.dtype)) return source;
  const { dtype, shape, place } = source;
  return { dtype: 'float32', shape, place, read: () => toFloat32(source.read(), dtype, elementCount(shape)) };
}

function toFloat32(bytes: Uint8Array, dtype: TensorSource['dtype'], count: number): Uint8Array {
  const from = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const result = new Uint8Array(count * 4);
  const to = new DataView(result.buffer);
  for (let index = 0; index < count; index++) {
    if (dtype === 'float64') to.setFloat32(index * 4, from.getFloat64(index * 8, true), true);
    else if (dtype === 'bfloat16') to.setUint32(index * 4, from.getUint16(index * 2, true) * 0x10000, true);
    else to.setFloat32(index * 4, halfToNumber(from.getUint16(index * 2, true)), true);
  }
  return result;
}

/** IEEE 754 binary16: sign, 5 bits of exponent, 10 of fraction. */
function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
