import type { ByteSource } from '../files/byte-source.ts';
import { type CentralEntry, readExtraFields, widenFields } from './central-directory.ts';
import { uint64, viewOf } from './end-of-directory.ts';
import { DATA_DESCRIPTOR_SIGNATURE, LOCAL_HEADER_BYTES, LOCAL_HEADER_SIGNATURE, ZIP64_EXTRA_ID } from './headers.ts';
import { zipError } from './zip-error.ts';

/** APPNOTE 4.4.4 bit 3: sizes and CRC follow the data. PyTorch writes archives so. */
const DESCRIPTOR_FLAG = 1 << 3;

export interface EntrySpan {
  readonly dataOffset: number;
  /** The first byte after the entry, its data descriptor included. */
  readonly end: number;
}

/** Checks that an entry's local header (APPNOTE 4.3.7) says what the central directory says, and finds where its data stands. */
export function readLocalHeader(source: ByteSource, entry: CentralEntry, directoryOffset: number): EntrySpan {
  const fixedEnd = entry.headerOffset + LOCAL_HEADER_BYTES;
  if (fixedEnd > directoryOffset)
    throw zipError(source, entry.name, `its local header is said to stand at byte ${entry.headerOffset}, past the entries`);
  const header = viewOf(source.read(entry.headerOffset, LOCAL_HEADER_BYTES));
  if (header.getUint32(0, true) !== LOCAL_HEADER_SIGNATURE)
    throw zipError(source, entry.name, `no local header stands at byte ${entry.headerOffset}`);
  const nameLength = header.getUint16(26, true);
  const extraLength = header.getUint16(28, true);
  const dataOffset = fixedEnd + nameLength + extraLength;
  const dataEnd = dataOffset + entry.compressedBytes;
  if (dataEnd > directoryOffset) throw zipError(source, entry.name, `its data is said to reach byte ${dataEnd}, past the entries`);

  const tail = source.read(fixedEnd, nameLength + extraLength);
  if (Buffer.compare(tail.subarray(0, nameLength), entry.nameBytes) !== 0) throw zipError(source, entry.name, 'its local header gives another name');
  if (header.getUint16(6, true) !== entry.flags || header.getUint16(8, true) !== entry.method) {
    throw zipError(source, entry.name, 'its local header gives other flags or another compression');
  }
  const extra = readExtraFields(source, entry.name, tail.subarray(nameLength));
  const crc = header.getUint32(14, true);
  if ((entry.flags & DESCRIPTOR_FLAG) === 0) {
    const shortFields = [header.getUint32(22, true), header.getUint32(18, true)];
    const [sizeBytes, compressedBytes] = widenFields(source, entry.name, shortFields, extra.get(ZIP64_EXTRA_ID));
    if (crc === entry.crc32 && sizeBytes === entry.sizeBytes && compressedBytes === entry.compressedBytes) return { dataOffset, end: dataEnd };
    throw zipError(source, entry.name, 'its local header gives another size or checksum');
  }
  // The values may be left out here (zero, or all ones for ZIP64), but not differ.
  const isFree = (value: number, expected: number) => value === 0 || value === 0xffff_ffff || value === expected;
  if (
    !isFree(crc, entry.crc32) ||
    !isFree(header.getUint32(18, true), entry.compressedBytes) ||
    !isFree(header.getUint32(22, true), entry.sizeBytes)
  ) {
    throw zipError(source, entry.name, 'its local header gives another size or checksum');
  }
  return { dataOffset, end: dataEnd + descriptorLength(source, entry, dataEnd, directoryOffset) };
}

/** APPNOTE 4.3.9: an optional signature, the CRC, and two sizes of 4 or 8 bytes. */
function descriptorLength(source: ByteSource, entry: CentralEntry, dataEnd: number, directoryOffset: number): number {
  const bytes = source.read(dataEnd, Math.min(24, directoryOffset - dataEnd));
  const view = viewOf(bytes);
  for (const signatureBytes of [4, 0]) {
    for (const sizeBytes of [4, 8]) {
      const length = signatureBytes + 4 + 2 * sizeBytes;
      if (length > bytes.byteLength) continue;
      const size = (at: number) => (sizeBytes === 4 ? view.getUint32(at, true) : uint64(view, at));
      const matches =
        (signatureBytes === 0 || view.getUint32(0, true) === DATA_DESCRIPTOR_SIGNATURE) &&
        view.getUint32(signatureBytes, true) === entry.crc32 &&
        size(signatureBytes + 4) === entry.compressedBytes &&
        size(signatureBytes + 4 + sizeBytes) === entry.sizeBytes;
      if (matches) return length;
    }
  }
  throw zipError(source, entry.name, 'the descriptor after its data gives another size or checksum');
}
