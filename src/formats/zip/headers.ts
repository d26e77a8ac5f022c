/**
 * The records of a zip archive as bytes, after PKWARE's APPNOTE.TXT 6.3.10 (section numbers below). Pure, so that ZIP64 needs no 4 GB in tests.
 * All entries are stored, with sizes and CRC known before the data; no data descriptors, no comments, no attributes.
 */
export interface EntryHeader {
  /** UTF-8, relative, `/` between folders. */
  readonly name: string;
  readonly crc32: number;
  readonly sizeBytes: number;
  /** Of the local header, from the archive's start. */
  readonly offset: number;
}

/** 4.5: all ones in a 32-bit or 16-bit field say that the ZIP64 field holds the value. */
const UINT32_MAX = 0xffff_ffff;
const UINT16_MAX = 0xffff;

export const LOCAL_HEADER_SIGNATURE = 0x0403_4b50;
export const CENTRAL_HEADER_SIGNATURE = 0x0201_4b50;
export const END_SIGNATURE = 0x0605_4b50;
export const ZIP64_END_SIGNATURE = 0x0606_4b50;
export const ZIP64_LOCATOR_SIGNATURE = 0x0706_4b50;
export const DATA_DESCRIPTOR_SIGNATURE = 0x0807_4b50;

export const LOCAL_HEADER_BYTES = 30;
export const CENTRAL_HEADER_BYTES = 46;
export const END_BYTES = 22;
export const ZIP64_END_BYTES = 56;
export const ZIP64_LOCATOR_BYTES = 20;

export const ZIP64_EXTRA_ID = 0x0001;
/** `FB`, the extra field with which PyTorch's own writer pads its records. */
const PADDING_EXTRA_ID = 0x4246;
const PADDING_BYTE = 0x5a;

/** 4.4.4 bit 11: the name is UTF-8. */
export const UTF8_FLAG = 1 << 11;
/** 4.4.3: 2.0 by default, 4.5 where ZIP64 is used. */
const VERSION_DEFAULT = 20;
const VERSION_ZIP64 = 45;
/** 4.4.6, MS-DOS: 1 January 1980, 00:00, the earliest there is. The same model gives the same bytes on any day. */
const DOS_DATE = (1 << 5) | 1;
const DOS_TIME = 0;

/**
 * 4.3.7. With `alignment`, the header is padded so that the data after it starts at a multiple of `alignment` bytes from the archive's start.
 * ZIP64's field must then carry both sizes (4.5.3).
 */
export function encodeLocalHeader(entry: EntryHeader, alignment?: number): Uint8Array {
  const name = Buffer.from(entry.name, 'utf8');
  const zip64 = entry.sizeBytes >= UINT32_MAX;
  const unpadded = entry.offset + LOCAL_HEADER_BYTES + name.byteLength + (zip64 ? 20 : 0) + 4;
  const padding = alignment === undefined ? undefined : (alignment - (unpadded % alignment)) % alignment;
  const extraBytes = (zip64 ? 20 : 0) + (padding === undefined ? 0 : 4 + padding);

  const header = Buffer.alloc(LOCAL_HEADER_BYTES + name.byteLength + extraBytes);
  header.writeUInt32LE(LOCAL_HEADER_SIGNATURE, 0);
  header.writeUInt16LE(zip64 ? VERSION_ZIP64 : VERSION_DEFAULT, 4);
  writeCommonFields(header, 6, entry, name, extraBytes, zip64);
  name.copy(header, LOCAL_HEADER_BYTES);
  let at = LOCAL_HEADER_BYTES + name.byteLength;
  if (zip64) at = writeZip64Extra(header, at, [entry.sizeBytes, entry.sizeBytes]);
  if (padding !== undefined) {
    header.writeUInt16LE(PADDING_EXTRA_ID, at);
    header.writeUInt16LE(padding, at + 2);
    header.fill(PADDING_BYTE, at + 4);
  }
  return header;
}

/** 4.3.12. ZIP64's field carries only what doesn't fit, sizes before the offset (4.5.3). */
export function encodeCentralHeader(entry: EntryHeader): Uint8Array {
  const name = Buffer.from(entry.name, 'utf8');
  const bigSize = entry.sizeBytes >= UINT32_MAX;
  const bigOffset = entry.offset >= UINT32_MAX;
  const wide = [...(bigSize ? [entry.sizeBytes, entry.sizeBytes] : []), ...(bigOffset ? [entry.offset] : [])];
  const extraBytes = wide.length === 0 ? 0 : 4 + 8 * wide.length;
  const version = wide.length === 0 ? VERSION_DEFAULT : VERSION_ZIP64;

  const header = Buffer.alloc(CENTRAL_HEADER_BYTES + name.byteLength + extraBytes);
  header.writeUInt32LE(CENTRAL_HEADER_SIGNATURE, 0);
  header.writeUInt16LE(version, 4);
  header.writeUInt16LE(version, 6);
  writeCommonFields(header, 8, entry, name, extraBytes, bigSize);
  header.writeUInt32LE(bigOffset ? UINT32_MAX : entry.offset, 42);
  name.copy(header, CENTRAL_HEADER_BYTES);
  if (wide.length > 0) writeZip64Extra(header, CENTRAL_HEADER_BYTES + name.byteLength, wide);
  return header;
}

/** 4.3.14 to 4.3.16: the end of the archive, with ZIP64's two records before it where a field overflows. */
export function encodeEnd(entryCount: number, directoryOffset: number, directoryBytes: number): Uint8Array {
  const zip64 = entryCount >= UINT16_MAX || directoryOffset >= UINT32_MAX || directoryBytes >= UINT32_MAX;
  const wideBytes = zip64 ? ZIP64_END_BYTES + ZIP64_LOCATOR_BYTES : 0;
  const records = Buffer.alloc(wideBytes + END_BYTES);
  if (zip64) {
    records.writeUInt32LE(ZIP64_END_SIGNATURE, 0);
    // 4.3.14.1: the record's size without its first 12 bytes.
    writeUint64(records, ZIP64_END_BYTES - 12, 4);
    records.writeUInt16LE(VERSION_ZIP64, 12);
    records.writeUInt16LE(VERSION_ZIP64, 14);
    writeUint64(records, entryCount, 24);
    writeUint64(records, entryCount, 32);
    writeUint64(records, directoryBytes, 40);
    writeUint64(records, directoryOffset, 48);
    records.writeUInt32LE(ZIP64_LOCATOR_SIGNATURE, ZIP64_END_BYTES);
    writeUint64(records, directoryOffset + directoryBytes, ZIP64_END_BYTES + 8);
    records.writeUInt32LE(1, ZIP64_END_BYTES + 16);
  }
  const end = records.subarray(wideBytes);
  end.writeUInt32LE(END_SIGNATURE, 0);
  end.writeUInt16LE(Math.min(entryCount, UINT16_MAX), 8);
  end.writeUInt16LE(Math.min(entryCount, UINT16_MAX), 10);
  end.writeUInt32LE(Math.min(directoryBytes, UINT32_MAX), 12);
  end.writeUInt32LE(Math.min(directoryOffset, UINT32_MAX), 16);
  return records;
}

/** The fields from the flags to the extra field's length, which local and central headers share. */
function writeCommonFields(header: Buffer, at: number, entry: EntryHeader, name: Buffer, extraBytes: number, bigSize: boolean): void {
  const isAscii = name.byteLength === entry.name.length;
  header.writeUInt16LE(isAscii ? 0 : UTF8_FLAG, at);
  header.writeUInt16LE(0, at + 2); // 4.4.5: stored
  header.writeUInt16LE(DOS_TIME, at + 4);
  header.writeUInt16LE(DOS_DATE, at + 6);
  header.writeUInt32LE(entry.crc32, at + 8);
  header.writeUInt32LE(bigSize ? UINT32_MAX : entry.sizeBytes, at + 12);
  header.writeUInt32LE(bigSize ? UINT32_MAX : entry.sizeBytes, at + 16);
  header.writeUInt16LE(name.byteLength, at + 20);
  header.writeUInt16LE(extraBytes, at + 22);
}

function writeZip64Extra(header: Buffer, at: number, values: readonly number[]): number {
  header.writeUInt16LE(ZIP64_EXTRA_ID, at);
  header.writeUInt16LE(8 * values.length, at + 2);
  values.forEach((value, index) => {
    writeUint64(header, value, at + 4 + 8 * index);
  });
  return at + 4 + 8 * values.length;
}

function writeUint64(buffer: Buffer, value: number, at: number): void {
  buffer.writeBigUInt64LE(BigInt(value), at);
}
