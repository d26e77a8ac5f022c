import { WireType } from '@bufbuild/protobuf/wire';
import { DTYPE_BYTES } from '../../core/dtypes.ts';
import { TorchliftError } from '../../core/errors.ts';
import { dataTypeToDType } from './data-types.ts';
import type { ExternalFiles, Refusal } from './external-data.ts';
import { LIMITS } from './limits.ts';
import type { StringStringEntryProto, TensorProto } from './proto.ts';
import { readStringStringEntry } from './string-entry.ts';
import { readTypedData, type TypedRange } from './typed-data.ts';
import type { ByteRange, WireCursor } from './wire-cursor.ts';

/** Fields of TensorProto that hold elements, besides raw_data: float_data, int32_data, int64_data, double_data, uint64_data; and how one element comes. */
const TYPED_DATA: Readonly<Record<number, WireType>> = {
  4: WireType.Bit32,
  5: WireType.Varint,
  7: WireType.Varint,
  10: WireType.Bit64,
  11: WireType.Varint,
};

/**
 * TensorProto; its elements stay where they are. The declared size is checked against what the file holds before anything is
 * allocated (a shape bomb ends here). Field numbers: onnx.proto.
 */
export function readTensor(cursor: WireCursor, externalFiles: ExternalFiles): TensorProto {
  const start = cursor.position;
  const bigDims: bigint[] = [];
  const typed: TypedRange[] = [];
  const external: StringStringEntryProto[] = [];
  let [name, dataType, isExternal] = ['', 0, false];
  let raw: ByteRange | undefined;
  while (cursor.next()) {
    if (cursor.field === 1) {
      cursor.integers(bigDims);
      if (bigDims.length > LIMITS.rank) throw cursor.malformed(`a tensor of more than ${LIMITS.rank} axes`);
    } else if (cursor.field === 2) dataType = cursor.safeInteger();
    else if (cursor.field === 8) name = cursor.string();
    else if (cursor.field === 9) {
      if (raw !== undefined) throw cursor.malformed(`tensor ${name}: raw_data twice`);
      raw = cursor.range();
    } else if (cursor.field === 13) external.push(readStringStringEntry(cursor.message()));
    else if (cursor.field === 14) isExternal = cursor.safeInteger() === 1;
    else if (cursor.field in TYPED_DATA) noteTypedData(cursor, typed);
    else cursor.skip();
  }
  const dims = bigDims.map((dim) => {
    if (dim < 0n || dim > BigInt(Number.MAX_SAFE_INTEGER)) throw cursor.malformed(`tensor ${name}: a size of ${dim}`, start);
    return Number(dim);
  });
  // A float product may round, but only where it is far past what any file holds.
  const count = dims.includes(0) ? 0 : dims.reduce((product, dim) => product * dim, 1);
  const dtype = dataTypeToDType(dataType);
  if (dtype === undefined) {
    const sizeBytes = raw === undefined ? 0 : raw.end - raw.start;
    return { name, dataType, dims, source: undefined, sizeBytes, ...(isExternal ? { external: { location: entry(external, 'location') } } : {}) };
  }
  const sizeBytes = count * DTYPE_BYTES[dtype];
  const place = `${cursor.file.name}: initializer ${name}`;
  const { file } = cursor;

  if (isExternal) {
    const location = entry(external, 'location');
    const offset = externalNumber(external, 'offset', 0);
    const length = externalNumber(external, 'length', sizeBytes);
    const refusal: Refusal | undefined =
      length !== sizeBytes
        ? { code: 'malformed-file', what: `its external data has ${length} bytes, its shape [${dims}] of ${dtype} needs ${sizeBytes}` }
        : externalFiles.refusal(location, offset, length);
    const read = (): Uint8Array => {
      if (refusal !== undefined) throw new TorchliftError(refusal.code, { what: refusal.what, where: place });
      return externalFiles.read(location, offset, length);
    };
    return {
      name,
      dataType,
      dims,
      source: { dtype, shape: dims, place, read },
      sizeBytes,
      external: refusal === undefined ? { location } : { location, refusal },
    };
  }
  if (raw !== undefined && typed.length > 0) throw cursor.malformed(`tensor ${name} has raw_data and typed data`, start);
  if (raw !== undefined || count === 0) {
    const range = raw ?? { start, end: start };
    if (range.end - range.start !== sizeBytes) {
      throw cursor.malformed(`tensor ${name} has ${range.end - range.start} bytes, its shape [${dims}] of ${dtype} needs ${sizeBytes}`, range.start);
    }
    return { name, dataType, dims, source: { dtype, shape: dims, place, read: () => file.read(range.start, sizeBytes) }, sizeBytes };
  }
  const held = typed.reduce((sum, range) => sum + range.end - range.start, 0);
  // An element takes at least one byte in any typed field.
  if (count > held) throw cursor.malformed(`tensor ${name}: ${held} bytes of data can't hold the ${count} elements of shape [${dims}]`, start);
  return { name, dataType, dims, source: { dtype, shape: dims, place, read: () => readTypedData(file, typed, dtype, count, name) }, sizeBytes };
}

/** A packed list makes one range; neighbouring unpacked values, with the one-byte tags between them, make one together. */
function noteTypedData(cursor: WireCursor, typed: TypedRange[]): void {
  cursor.count('items');
  if (cursor.wireType === WireType.LengthDelimited) {
    typed.push({ ...cursor.range(), field: cursor.field, packed: true });
    return;
  }
  if (cursor.wireType !== TYPED_DATA[cursor.field]) throw cursor.malformed(`field ${cursor.field} has wire type ${cursor.wireType}`);
  const start = cursor.position;
  cursor.skip();
  const previous = typed.at(-1);
  if (previous !== undefined && !previous.packed && previous.field === cursor.field && previous.end + 1 === start) {
    typed[typed.length - 1] = { ...previous, end: cursor.position };
  } else typed.push({ start, end: cursor.position, field: cursor.field, packed: false });
}

function entry(entries: readonly StringStringEntryProto[], key: string): string {
  return entries.find((candidate) => candidate.key === key)?.value ?? '';
}

function externalNumber(entries: readonly StringStringEntryProto[], key: string, fallback: number): number {
  const text = entry(entries, key);
  if (text === '') return fallback;
  const number = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
  return Number.isSafeInteger(number) ? number : Number.POSITIVE_INFINITY;
}
