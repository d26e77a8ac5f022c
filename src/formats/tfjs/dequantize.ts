import type { DType } from '../../core/dtypes.ts';

/** How a weight was made smaller: mapped to integers by `q = (value − min) / scale`, or rounded to float16. */
export type Quantization = { readonly dtype: 'uint8' | 'uint16'; readonly scale: number; readonly min: number } | { readonly dtype: 'float16' };

/**
 * Stored bytes of a quantised weight → its elements, little-endian float32 or int32, as TensorFlow.js decodes them (tfjs-core,
 * `decodeWeights` in io_utils): `q * scale + min` in double precision, rounded once, to float32 or to the nearest integer.
 */
export function dequantize(stored: Uint8Array, quantization: Quantization, dtype: DType): Uint8Array {
  const decode = decoder(quantization, dtype);
  const codes = quantization.dtype === 'uint8' ? stored : readUint16(stored);
  if (dtype === 'int32') return new Uint8Array(Int32Array.from(codes, decode).buffer);
  // With more elements than there are codes, each code is worked out once.
  const codeCount = quantization.dtype === 'uint8' ? 256 : 65_536;
  if (codes.length <= codeCount) return new Uint8Array(Float32Array.from(codes, decode).buffer);
  return lookUp(
    codes,
    Float32Array.from({ length: codeCount }, (_, code) => decode(code)),
  );
}

/** Apart and with one type of table, so that the engine compiles the loop well: millions of elements pass it. */
function lookUp(codes: Uint8Array | Uint16Array, table: Float32Array): Uint8Array {
  const values = new Float32Array(codes.length);
  for (let i = 0; i < codes.length; i++) values[i] = table[codes[i] as number] as number;
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

/** A copy, since the bytes may start at an odd address (and `slice` of a Buffer copies nothing). */
function readUint16(bytes: Uint8Array): Uint16Array {
  return new Uint16Array(new Uint8Array(bytes).buffer);
}
