import { TorchliftError } from '../../core/errors.ts';

/** Bytes that are read by position: a file that stays on disk, or a part of one already in memory. */
export interface ByteSource {
  /** For messages: the file's name, or `model.pt: model/data.pkl`. */
  readonly name: string;
  readonly sizeBytes: number;
  /**
   * Exactly `length` bytes from `offset`. The caller must not write to them. A range outside the source is refused before anything is
   * allocated. Errors: `malformed-file`, `io`.
   */
  read(offset: number, length: number): Uint8Array;
  close(): void;
}

/** Bytes in memory as a source; `read` gives views, no copies. */
export function byteSourceOf(name: string, bytes: Uint8Array): ByteSource {
  return {
    name,
    sizeBytes: bytes.byteLength,
    read(offset, length) {
      checkRange(name, bytes.byteLength, offset, length);
      return bytes.subarray(offset, offset + length);
    },
    close() {},
  };
}

/** The one bounds check of all sources. */
export function checkRange(name: string, sizeBytes: number, offset: number, length: number): void {
  if (Number.isSafeInteger(offset) && Number.isSafeInteger(length) && offset >= 0 && length >= 0 && offset + length <= sizeBytes) return;
  throw new TorchliftError('malformed-file', {
    what: `bytes ${offset} to ${offset + length} are wanted, but there are only ${sizeBytes}`,
    where: name,
    remedy: 'The file is cut short or damaged. Fetch or save it again.',
  });
}
