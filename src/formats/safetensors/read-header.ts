import { TorchliftError } from '../../core/errors.ts';
import type { ByteSource } from '../files/byte-source.ts';
import { SAFETENSORS_DTYPE_BITS, type SafetensorsDType } from './dtypes.ts';
import { parseHeaderJson } from './parse-header-json.ts';
import { MAX_HEADER_BYTES } from './write-safetensors.ts';

export interface SafetensorsEntry {
  readonly name: string;
  readonly dtype: SafetensorsDType;
  readonly shape: readonly number[];
  /** From the file's start. */
  readonly offset: number;
  readonly sizeBytes: number;
}

export interface SafetensorsHeader {
  /** In the order of their data. */
  readonly entries: readonly SafetensorsEntry[];
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * Reads and checks the header by the rules of the reference implementation (safetensors 0.8, `SafeTensors::read_metadata` and `validate`): at
 * most 100 MB, known dtypes, offsets that fit shape and dtype and follow each other without gap or overlap up to the file's end. Duplicate keys,
 * which the format's description forbids, are refused too. Errors: `malformed-file`, `limit-exceeded`, `io`.
 */
export function readSafetensorsHeader(source: ByteSource): SafetensorsHeader {
  if (source.sizeBytes < 8) throw malformed(source, `the file has ${source.sizeBytes} bytes; its header's length alone takes 8`);
  const headerBytes = Number(Buffer.from(source.read(0, 8)).readBigUInt64LE());
  if (headerBytes > source.sizeBytes - 8)
    throw malformed(source, `the header is said to have ${headerBytes} bytes, the file has ${source.sizeBytes}`);
  if (headerBytes > MAX_HEADER_BYTES) {
    throw new TorchliftError('limit-exceeded', {
      what: `the header has ${headerBytes} bytes; at most ${MAX_HEADER_BYTES} are read`,
      where: source.name,
    });
  }
  const header = parseHeader(source, source.read(8, headerBytes));
  const { __metadata__: rawMetadata, ...tensors } = header;
  const dataStart = 8 + headerBytes;
  const parsed = Object.entries(tensors).map(([name, value]) => parseEntry(source, name, value));
  const ordered = parsed.toSorted((a, b) => a.begin - b.begin || a.end - b.end);
  let offset = 0;
  const entries = ordered.map(({ name, dtype, shape, begin, end }): SafetensorsEntry => {
    if (begin !== offset || end < begin) {
      throw malformed(source, `its data_offsets are [${begin}, ${end}] where the tensor before it ends at ${offset}: a gap or an overlap`, name);
    }
    const expected = expectedBytes(source, name, dtype, shape);
    if (end - begin !== expected)
      throw malformed(source, `${end - begin} bytes are set aside; ${dtype} [${shape.join(', ')}] needs ${expected}`, name);
    offset = end;
    return { name, dtype, shape, offset: dataStart + begin, sizeBytes: expected };
  });
  if (dataStart + offset !== source.sizeBytes) {
    throw malformed(source, `the tensors end at byte ${dataStart + offset}, the file at ${source.sizeBytes}`);
  }
  return { entries, metadata: parseMetadata(source, rawMetadata) };
}

function parseHeader(source: ByteSource, bytes: Uint8Array): Record<string, unknown> {
  let header: unknown;
  try {
    header = parseHeaderJson(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch (cause) {
    throw malformed(source, `the header is no sound JSON (${(cause as Error).message.slice(0, 300)})`);
  }
  if (!isRecord(header)) throw malformed(source, 'the header is no JSON object');
  return header;
}

function parseEntry(source: ByteSource, name: string, value: unknown) {
  if (!isRecord(value)) throw malformed(source, 'its header entry is no object', name);
  const { dtype, shape, data_offsets: offsets } = value;
  if (typeof dtype !== 'string' || !Object.hasOwn(SAFETENSORS_DTYPE_BITS, dtype)) {
    throw malformed(source, `its dtype is ${JSON.stringify(dtype)}, none that the format knows`, name);
  }
  if (!isSizes(shape)) throw malformed(source, 'its shape is no list of sizes', name);
  if (!isSizes(offsets) || offsets.length !== 2) throw malformed(source, 'its data_offsets are no pair of offsets', name);
  const [begin = 0, end = 0] = offsets;
  return { name, dtype: dtype as SafetensorsDType, shape, begin, end };
}

/** Refuses what doesn't fit into 2^53 instead of rounding it. */
function expectedBytes(source: ByteSource, name: string, dtype: SafetensorsDType, shape: readonly number[]): number {
  let bits: number = SAFETENSORS_DTYPE_BITS[dtype];
  for (const size of shape) {
    bits *= size;
    if (!Number.isSafeInteger(bits)) throw malformed(source, `its shape [${shape.join(', ')}] has more elements than any file`, name);
  }
  if (bits % 8 !== 0) throw malformed(source, `${dtype} [${shape.join(', ')}] doesn't fill whole bytes`, name);
  return bits / 8;
}

function parseMetadata(source: ByteSource, metadata: unknown): Record<string, string> {
  if (metadata === undefined || metadata === null) return {};
  if (!isRecord(metadata) || Object.values(metadata).some((value) => typeof value !== 'string')) {
    throw malformed(source, '__metadata__ is no map of texts');
  }
  return metadata as Record<string, string>;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);
}

function malformed(source: ByteSource, what: string, tensor?: string): TorchliftError {
  return new TorchliftError('malformed-file', {
    what,
    where: tensor === undefined ? source.name : `${source.name}: tensor ${JSON.stringify(tensor.slice(0, 200))}`,
    remedy: 'The safetensors file is damaged. Fetch or save it again.',
  });
}
