import { DTYPE_BYTES, type DType } from '../../core/dtypes.ts';
import { TorchliftError } from '../../core/errors.ts';
import type { ByteSource } from '../files/byte-source.ts';

/** Elements in one of TensorProto's typed fields: a packed list, or values with a tag of one byte between them. */
export interface TypedRange {
  readonly start: number;
  readonly end: number;
  readonly field: number;
  readonly packed: boolean;
}

/** Which typed field holds which dtypes (onnx.proto, TensorProto), and how: `fixed` as in memory, or as varints. */
const FIELD: Readonly<Record<DType, { readonly field: number; readonly fixed: boolean }>> = {
  float32: { field: 4, fixed: true },
  float64: { field: 10, fixed: true },
  int64: { field: 7, fixed: false },
  uint64: { field: 11, fixed: false },
  uint32: { field: 11, fixed: false },
  int32: { field: 5, fixed: false },
  int16: { field: 5, fixed: false },
  int8: { field: 5, fixed: false },
  uint16: { field: 5, fixed: false },
  uint8: { field: 5, fixed: false },
  bool: { field: 5, fixed: false },
  // Their bit patterns as integers.
  float16: { field: 5, fixed: false },
  bfloat16: { field: 5, fixed: false },
};

/** `count` elements as raw little-endian bytes. Throws `malformed-file` where the fields hold another number of them. */
export function readTypedData(file: ByteSource, ranges: readonly TypedRange[], dtype: DType, count: number, tensor: string): Uint8Array {
  const { field, fixed } = FIELD[dtype];
  const size = DTYPE_BYTES[dtype];
  const malformed = (what: string, position: number) =>
    new TorchliftError('malformed-file', { what: `tensor ${tensor} of ${dtype}: ${what}`, where: `${file.name}: byte ${position}` });
  const result = new Uint8Array(count * size);
  const view = new DataView(result.buffer);
  let done = 0;
  for (const range of ranges) {
    if (range.field !== field) throw malformed(`its elements are in field ${range.field}, expected ${field}`, range.start);
    const bytes = file.read(range.start, range.end - range.start);
    const tagBytes = range.packed ? 0 : 1;
    for (let at = 0; at < bytes.byteLength; at += tagBytes) {
      if (done + size > result.byteLength) throw malformed(`more than ${count} elements`, range.start + at);
      if (fixed) {
        // A packed list is the elements as they are in memory; cut at the end of a list that holds too many.
        const chunk = bytes.subarray(at, range.packed ? at + result.byteLength - done : at + size);
        if (chunk.byteLength % size !== 0) throw malformed('a number is cut off', range.start + at);
        result.set(chunk, done);
        at += chunk.byteLength;
        done += chunk.byteLength;
        continue;
      }
      const { value, next } = varint(bytes, at);
      if (next === undefined) throw malformed('a broken number', range.start + at);
      at = next;
      // A wider number is cut to the element's width, as protobuf does with enums and bit patterns.
      if (size === 8) view.setBigUint64(done, BigInt.asUintN(64, value), true);
      else if (size === 4) view.setUint32(done, Number(BigInt.asUintN(32, value)), true);
      else if (size === 2) view.setUint16(done, Number(BigInt.asUintN(16, value)), true);
      else view.setUint8(done, Number(BigInt.asUintN(8, value)));
      done += size;
    }
  }
  if (done !== result.byteLength) throw malformed(`${done / size} elements, its shape needs ${count}`, ranges[0]?.start ?? 0);
  return result;
}

/** `next` is undefined where the number is cut off or longer than ten bytes. */
function varint(bytes: Uint8Array, start: number): { value: bigint; next: number | undefined } {
  let value = 0n;
  for (let index = 0; index < 10; index += 1) {
    const byte = bytes[start + index];
    if (byte === undefined) break;
    value |= BigInt(byte & 127) << BigInt(7 * index);
    if (byte < 128) return { value, next: start + index + 1 };
  }
  return { value, next: undefined };
}
