import type { ByteSource } from '../files/byte-source.ts';
import { END_BYTES, END_SIGNATURE, ZIP64_END_BYTES, ZIP64_END_SIGNATURE, ZIP64_LOCATOR_BYTES, ZIP64_LOCATOR_SIGNATURE } from './headers.ts';
import { zipError } from './zip-error.ts';

const MAX_COMMENT_BYTES = 0xffff;

export interface DirectoryPlace {
  readonly entryCount: number;
  readonly offset: number;
  readonly sizeBytes: number;
}

/**
 * Finds the central directory (APPNOTE 4.3.14 to 4.3.16). Exactly one end record may fit the file's end, and the directory must stand directly
 * before it: readers that search differently then all find the same one.
 */
export function findDirectory(source: ByteSource): DirectoryPlace {
  const tailBytes = Math.min(source.sizeBytes, END_BYTES + MAX_COMMENT_BYTES);
  const tailOffset = source.sizeBytes - tailBytes;
  const tail = viewOf(source.read(tailOffset, tailBytes));
  const candidates: number[] = [];
  for (let at = tailBytes - END_BYTES; at >= 0; at--) {
    if (tail.getUint32(at, true) === END_SIGNATURE && at + END_BYTES + tail.getUint16(at + 20, true) === tailBytes) candidates.push(at);
  }
  const [at, other] = candidates;
  if (at === undefined) throw zipError(source, source.sizeBytes, 'no end of a central directory closes the file: it is no zip archive, or cut short');
  if (other !== undefined) throw zipError(source, tailOffset + other, 'two end records fit the end of the file');

  const endOffset = tailOffset + at;
  if (tail.getUint16(at + 4, true) !== 0 || tail.getUint16(at + 6, true) !== 0) throw zipError(source, endOffset, 'the archive is split over disks');
  const short: DirectoryPlace = {
    entryCount: tail.getUint16(at + 10, true),
    sizeBytes: tail.getUint32(at + 12, true),
    offset: tail.getUint32(at + 16, true),
  };
  if (tail.getUint16(at + 8, true) !== short.entryCount) throw zipError(source, endOffset, 'the end record gives two numbers of entries');

  const wide = readZip64End(source, endOffset);
  if (wide === undefined) {
    checkPlace(source, short, endOffset);
    return short;
  }
  const agrees =
    (short.entryCount === 0xffff || short.entryCount === wide.entryCount) &&
    (short.sizeBytes === 0xffff_ffff || short.sizeBytes === wide.sizeBytes) &&
    (short.offset === 0xffff_ffff || short.offset === wide.offset);
  if (!agrees) throw zipError(source, endOffset, 'the end record and its ZIP64 record differ');
  checkPlace(source, wide, wide.recordOffset);
  return wide;
}

function readZip64End(source: ByteSource, endOffset: number): (DirectoryPlace & { recordOffset: number }) | undefined {
  const locatorOffset = endOffset - ZIP64_LOCATOR_BYTES;
  if (locatorOffset < ZIP64_END_BYTES) return undefined;
  const locator = viewOf(source.read(locatorOffset, ZIP64_LOCATOR_BYTES));
  if (locator.getUint32(0, true) !== ZIP64_LOCATOR_SIGNATURE) return undefined;
  const recordOffset = locatorOffset - ZIP64_END_BYTES;
  const record = viewOf(source.read(recordOffset, ZIP64_END_BYTES));
  const isPlain =
    uint64(locator, 8) === recordOffset &&
    locator.getUint32(4, true) === 0 &&
    locator.getUint32(16, true) <= 1 &&
    record.getUint32(0, true) === ZIP64_END_SIGNATURE &&
    uint64(record, 4) === ZIP64_END_BYTES - 12 &&
    record.getUint32(16, true) === 0 &&
    record.getUint32(20, true) === 0 &&
    uint64(record, 24) === uint64(record, 32);
  if (!isPlain) throw zipError(source, locatorOffset, 'the ZIP64 locator has no matching ZIP64 end record directly before it');
  return { recordOffset, entryCount: uint64(record, 32), sizeBytes: uint64(record, 40), offset: uint64(record, 48) };
}

function checkPlace(source: ByteSource, place: DirectoryPlace, endsAt: number): void {
  if (place.offset + place.sizeBytes === endsAt) return;
  throw zipError(
    source,
    endsAt,
    `the central directory is said to end at byte ${place.offset + place.sizeBytes}, its end record stands at ${endsAt}`,
  );
}

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Beyond 2^53 the number is inexact, and in any case larger than the file: the checks after it refuse it. */
export function uint64(view: DataView, at: number): number {
  return Number(view.getBigUint64(at, true));
}
