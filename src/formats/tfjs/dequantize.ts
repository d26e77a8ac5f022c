import type { DType } from '../../core/dtypes.ts';

/** How a weight was made smaller: mapped to integers by `q = (value − min) / scale`, or rounded to float16. */
export type Quantization = { readonly dtype: 'uint8' | 'uint16'; readonly scale: number; readonly min: number } | { readonly dtype: 'float16' };

/**
 * Stored bytes of a quantised weight → its elements, little-endian float32 or int32, as TensorFlow.js decodes them (tfjs-core,
 * `decodeWeights` in io_utils): `q * scale + min` in double precision, rounded once, to float32 or to the nearest integer.
 */
export function dequantize(stored: Uint8Array, quantization: Quantization, dtype: DType): Uint8Array {
  const codes = quantization.dtype === 'uint8' ? stored : readUint16(stored);
  const values = dtype === 'int32' ? new Int32Array(codes.length) : new Float32Array(codes.length);
  const decode = decoder(quantization, dtype);
  // 65,536 different codes at most, so each is worked out once; for fewer elements than codes there is nothing to gain.
  const table =
    codes.length > 65_536 ? Float64Array.from({ length: quantization.dtype === 'uint8' ? 256 : 65_536 }, (_, code) => decode(code)) : undefined;
  for (let i = 0; i < codes.length; i++) {
    const code = codes[i] as number;
    values[i] = table === undefined ? decode(code) : (table[code] as number);
  }
  return new Uint8Array(values.buffer);
}

function decoder(quantization: Quantization, dtype: DType): (code: number) => number {
  if (quantization.dtype === 'float16') return float16ToNumber;
  const { scale, min } = quantization;
  return dtype === 'int32' ? (code) => Math.round(code * scale + min) : (code) => code * scale + min;
}

/** IEEE 754 binary16, by its bits. */
function float16ToNumber(bits: number): number {
  const sign = (bits & 0x8000) !== 0 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const mantissa = bits & 0x3ff;
  if (exponent === 0) return sign * mantissa * 2 ** -24;
  if (exponent === 0x1f) return mantissa === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1 + mantissa / 1024) * 2 ** (exponent - 15);
}

/** A copy, since the bytes may start at an odd address. */
function readUint16(bytes: Uint8Array): Uint16Array {
  return new Uint16Array(bytes.slice().buffer);
}
