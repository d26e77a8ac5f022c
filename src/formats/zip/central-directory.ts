import { TorchliftError } from '../../core/errors.ts';
import type { ByteSource } from '../files/byte-source.ts';
import { type DirectoryPlace, uint64, viewOf } from './end-of-directory.ts';
import { entryNameProblem } from './entry-name.ts';
import { CENTRAL_HEADER_BYTES, CENTRAL_HEADER_SIGNATURE, UTF8_FLAG, ZIP64_EXTRA_ID } from './headers.ts';
import { zipError } from './zip-error.ts';

/** The largest checkpoints have some ten thousand tensors. */
const MAX_ENTRIES = 100_000;
/** 640 bytes for each of them, ten times what PyTorch writes. */
const MAX_DIRECTORY_BYTES = 64 << 20;
/** Deflate's longest match is 258 bytes for two bits (RFC 1951): no honest entry unfolds to more. */
const MAX_DEFLATE_RATIO = 1032;

/** Bit 0 encrypted, 5 patch data, 6 strong encryption, 13 masked local headers (APPNOTE 4.4.4). */
const REFUSED_FLAGS = (1 << 0) | (1 << 5) | (1 << 6) | (1 << 13);
/** Info-ZIP's second name, which some readers prefer (APPNOTE 4.6.9). */
const UNICODE_PATH_EXTRA_ID = 0x7075;

export interface CentralEntry {
  readonly name: string;
  readonly nameBytes: Uint8Array;
  readonly flags: number;
  readonly method: number;
  readonly crc32: number;
  readonly compressedBytes: number;
  readonly sizeBytes: number;
  readonly headerOffset: number;
}

/** Reads the central directory (APPNOTE 4.3.12): every name sound and unique, every size within what the file can hold. */
export function readCentralDirectory(source: ByteSource, place: DirectoryPlace): CentralEntry[] {
  if (place.entryCount > MAX_ENTRIES || place.sizeBytes > MAX_DIRECTORY_BYTES) {
    throw new TorchliftError('limit-exceeded', {
      what: `the archive lists ${place.entryCount} entries in ${place.sizeBytes} bytes; ${MAX_ENTRIES} entries and ${MAX_DIRECTORY_BYTES} bytes are read`,
      where: source.name,
      remedy: 'No model needs as many.',
    });
  }
  const bytes = source.read(place.offset, place.sizeBytes);
  const view = viewOf(bytes);
  const entries: CentralEntry[] = [];
  const names = new Set<string>();
  let at = 0;
  while (entries.length < place.entryCount) {
    const entryOffset = place.offset + at;
    if (at + CENTRAL_HEADER_BYTES > bytes.byteLength || view.getUint32(at, true) !== CENTRAL_HEADER_SIGNATURE) {
      throw zipError(source, entryOffset, `entry ${entries.length} of ${place.entryCount} is missing in the central directory`);
    }
    const nameLength = view.getUint16(at + 28, true);
    const extraLength = view.getUint16(at + 30, true);
    const next = at + CENTRAL_HEADER_BYTES + nameLength + extraLength + view.getUint16(at + 32, true);
    if (next > bytes.byteLength) throw zipError(source, entryOffset, 'an entry reaches past the central directory');
    const nameEnd = at + CENTRAL_HEADER_BYTES + nameLength;
    const nameBytes = bytes.subarray(at + CENTRAL_HEADER_BYTES, nameEnd);
    const flags = view.getUint16(at + 8, true);
    const name = decodeName(source, entryOffset, nameBytes, flags);
    if (names.has(name)) throw zipError(source, name, 'the archive has two entries of this name');
    names.add(name);

    const extra = readExtraFields(source, name, bytes.subarray(nameEnd, nameEnd + extraLength));
    const secondName = extra.get(UNICODE_PATH_EXTRA_ID)?.subarray(5);
    if (secondName !== undefined && Buffer.compare(secondName, nameBytes) !== 0)
      throw zipError(source, name, 'the entry has a second, different name');
    const shortFields = [view.getUint32(at + 24, true), view.getUint32(at + 20, true), view.getUint32(at + 42, true)];
    const [sizeBytes = 0, compressedBytes = 0, headerOffset = 0] = widenFields(source, name, shortFields, extra.get(ZIP64_EXTRA_ID));
    if (view.getUint16(at + 34, true) !== 0) throw zipError(source, name, 'the entry is on another disk');
    if ((flags & REFUSED_FLAGS) !== 0) throw zipError(source, name, 'the entry is encrypted or patch data');
    const method = view.getUint16(at + 10, true);
    if (method === 0 && sizeBytes !== compressedBytes) throw zipError(source, name, `a stored entry has ${sizeBytes} and ${compressedBytes} bytes`);
    if (method === 8 && sizeBytes > compressedBytes * MAX_DEFLATE_RATIO) {
      throw zipError(source, name, `${compressedBytes} bytes are said to unfold to ${sizeBytes}, more than deflate can`);
    }
    entries.push({ name, nameBytes, flags, method, crc32: view.getUint32(at + 16, true), compressedBytes, sizeBytes, headerOffset });
    at = next;
  }
  if (at !== bytes.byteLength) throw zipError(source, place.offset + at, `the central directory goes on after its ${place.entryCount} entries`);
  return entries;
}

function decodeName(source: ByteSource, offset: number, bytes: Uint8Array, flags: number): string {
  const name = Buffer.from(bytes).toString('utf8');
  const isUtf8 = Buffer.compare(Buffer.from(name, 'utf8'), bytes) === 0;
  // Without the flag, bytes above 127 are of an unknown code page.
  if (!isUtf8 || ((flags & UTF8_FLAG) === 0 && name.length !== bytes.byteLength)) throw zipError(source, offset, "an entry's name isn't UTF-8");
  const problem = entryNameProblem(name);
  if (problem !== undefined) throw zipError(source, offset, `the entry name ${JSON.stringify(name.slice(0, 200))} ${problem}`);
  return name;
}

/** APPNOTE 4.5.1: header id, length, data; the same id twice would leave readers a choice. */
export function readExtraFields(source: ByteSource, name: string, bytes: Uint8Array): Map<number, Uint8Array> {
  const view = viewOf(bytes);
  const fields = new Map<number, Uint8Array>();
  for (let at = 0; at < bytes.byteLength; ) {
    const end = at + 4 <= bytes.byteLength ? at + 4 + view.getUint16(at + 2, true) : Number.POSITIVE_INFINITY;
    if (end > bytes.byteLength) throw zipError(source, name, 'an extra field reaches past its header');
    const id = view.getUint16(at, true);
    if (id === ZIP64_EXTRA_ID && fields.has(id)) throw zipError(source, name, 'the entry has two ZIP64 fields');
    fields.set(id, bytes.subarray(at + 4, end));
    at = end;
  }
  return fields;
}

/** APPNOTE 4.5.3: a 32-bit field of all ones stands in the ZIP64 field instead, in this order. */
export function widenFields(source: ByteSource, name: string, shortFields: readonly number[], wide: Uint8Array | undefined): number[] {
  let at = 0;
  return shortFields.map((value) => {
    if (value !== 0xffff_ffff) return value;
    if (wide === undefined || at + 8 > wide.byteLength) throw zipError(source, name, 'a ZIP64 value is missing');
    at += 8;
    return uint64(viewOf(wide), at - 8);
  });
}
