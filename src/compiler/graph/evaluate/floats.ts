/** Half-width floats as bits. Rounding is to nearest, ties to even, as IEEE 754 and PyTorch's `.to()` do. */

const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);

/** float32 → bfloat16: the upper half, rounded. A NaN stays one (quiet). */
export function bfloat16Bits(values: ArrayLike<number>): Uint16Array<ArrayBuffer> {
  const source = values instanceof Float32Array ? values : Float32Array.from(values);
  const words = new Uint32Array(source.buffer, source.byteOffset, source.length);
  const result = new Uint16Array(source.length);
  for (let index = 0; index < result.length; index++) {
    const word = words[index] as number;
    const notANumber = (word & 0x7fffffff) > 0x7f800000;
    result[index] = notANumber ? (word >>> 16) | 0x40 : (word + 0x7fff + ((word >>> 16) & 1)) >>> 16;
  }
  return result;
}

/** float32 → float16. Beyond 65,504 (after rounding) it is infinite, as in PyTorch. */
export function float16Bits(values: ArrayLike<number>): Uint16Array<ArrayBuffer> {
  const source = values instanceof Float32Array ? values : Float32Array.from(values);
  const words = new Uint32Array(source.buffer, source.byteOffset, source.length);
  const result = new Uint16Array(source.length);
  for (let index = 0; index < result.length; index++) result[index] = float16OfWord(words[index] as number);
  return result;
}

function float16OfWord(word: number): number {
  const sign = (word >>> 16) & 0x8000;
  const rest = word & 0x7fffffff;
  if (rest > 0x7f800000) return sign | 0x7e00 | ((rest >>> 13) & 0x1ff);
  // 0x477ff000 is 65,520: the first value that rounds to 2^16.
  if (rest >= 0x477ff000) return sign | 0x7c00;
  // Normal in float16 (from 2^-14): rebias the exponent by 112, drop 13 bits, round.
  if (rest >= 0x38800000) return sign | ((rest - 0x38000000 + 0xfff + ((rest >>> 13) & 1)) >>> 13);
  // Subnormal: adding 0.5 in float32 leaves the mantissa's last 10 bits in units of 2^-24, rounded by the FPU's own rule.
  bits[0] = rest;
  float[0] = (float[0] as number) + 0.5;
  return sign | ((bits[0] as number) - 0x3f000000);
}

export function bfloat16Numbers(words: ArrayLike<number>): Float32Array<ArrayBuffer> {
  const result = new Float32Array(words.length);
  const target = new Uint32Array(result.buffer);
  for (let index = 0; index < words.length; index++) target[index] = (words[index] as number) << 16;
  return result;
}

export function float16Numbers(words: ArrayLike<number>): Float32Array<ArrayBuffer> {
  const result = new Float32Array(words.length);
  for (let index = 0; index < words.length; index++) result[index] = float16Number(words[index] as number);
  return result;
}

function float16Number(word: number): number {
  const sign = word & 0x8000 ? -1 : 1;
  const exponent = (word >>> 10) & 0x1f;
  const mantissa = word & 0x3ff;
  if (exponent === 0x1f) return mantissa === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return exponent === 0 ? sign * mantissa * 2 ** -24 : sign * (1 + mantissa / 1024) * 2 ** (exponent - 15);
}
