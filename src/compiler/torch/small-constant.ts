import { DTYPE_BYTES, elementCount } from '../../core/dtypes.ts';
import { TorchliftError } from '../../core/errors.ts';
import type { TensorSource } from '../../core/tensor-source.ts';

/** A constant that becomes arguments of a call; more elements than this belong into a tensor. */
const MAX_ELEMENTS = 65_536;

/** The elements of a small tensor as numbers. int64 past 2⁵³ is clamped to ±2⁵³−1 (ONNX writes INT64_MAX for "to the end"). */
export function readNumbers(source: TensorSource): readonly number[] {
  const count = elementCount(source.shape);
  if (count > MAX_ELEMENTS) {
    throw new TorchliftError('unsupported', {
      what: `a constant of ${count} elements where at most ${MAX_ELEMENTS} are expected`,
      where: source.place,
    });
  }
  const bytes = source.read();
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const read = READERS[source.dtype];
  return Array.from({ length: count }, (_, index) => read(view, index * DTYPE_BYTES[source.dtype]));
}

const READERS: Record<TensorSource['dtype'], (view: DataView, offset: number) => number> = {
  float64: (view, offset) => view.getFloat64(offset, true),
  float32: (view, offset) => shortest(view.getFloat32(offset, true)),
  float16: (view, offset) => float16(view.getUint16(offset, true)),
  bfloat16: (view, offset) => bfloat16(view, offset),
  int64: (view, offset) => clampToSafe(view.getBigInt64(offset, true)),
  int32: (view, offset) => view.getInt32(offset, true),
  int16: (view, offset) => view.getInt16(offset, true),
  int8: (view, offset) => view.getInt8(offset),
  uint64: (view, offset) => clampToSafe(view.getBigUint64(offset, true)),
  uint32: (view, offset) => view.getUint32(offset, true),
  uint16: (view, offset) => view.getUint16(offset, true),
  uint8: (view, offset) => view.getUint8(offset),
  bool: (view, offset) => view.getUint8(offset),
};

/** The shortest decimal that is this float32, so that source says `0.1` and not `0.10000000149011612`. Scalars are rounded to float32 where used. */
function shortest(number: number): number {
  for (let digits = 1; digits <= 9; digits++) {
    const candidate = Number(number.toPrecision(digits));
    if (Math.fround(candidate) === number) return candidate;
  }
  return number;
}

function bfloat16(view: DataView, offset: number): number {
  const word = new DataView(new ArrayBuffer(4));
  word.setUint32(0, view.getUint16(offset, true) << 16);
  return word.getFloat32(0);
}

function float16(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

function clampToSafe(value: bigint): number {
  const limit = BigInt(Number.MAX_SAFE_INTEGER);
  return Number(value > limit ? limit : value < -limit ? -limit : value);
}
