import type { Cursor } from './cursor.ts';

/** Where a dataset's bytes lie. */
export type Layout =
  | { readonly kind: 'compact'; readonly offset: number; readonly size: number }
  /** `address` undefined: nothing was ever written. `size` undefined: versions 1 and 2 don't say. */
  | { readonly kind: 'contiguous'; readonly address: number | undefined; readonly size: number | undefined }
  /** `chunk`: its shape, without the element size that the file lists as the last axis. */
  | { readonly kind: 'chunked'; readonly chunk: readonly number[] }
  | { readonly kind: 'virtual' };

/** Reads a data layout message, versions 1 to 5 (HDF5 file format 3.0, IV.A.2.i). */
export function readLayout(cursor: Cursor): Layout {
  const version = cursor.uint(1);
  if (version === 1 || version === 2) return readOldLayout(cursor);
  if (version < 3 || version > 5) throw cursor.malformed(`data layout version ${version}, expected 1 to 5`);
  const kind = cursor.uint(1);
  switch (kind) {
    case 0: {
      const size = cursor.uint(2);
      const { offset } = cursor;
      cursor.skip(size);
      return { kind: 'compact', offset, size };
    }
    case 1:
      return { kind: 'contiguous', address: cursor.address(), size: cursor.length() };
    case 2: {
      if (version === 3) {
        const rank = cursor.uint(1);
        cursor.address();
        return { kind: 'chunked', chunk: readDimensions(cursor, rank, 4) };
      }
      cursor.skip(1);
      const rank = cursor.uint(1);
      const width = cursor.uint(1);
      if (width < 1 || width > 8) throw cursor.malformed(`chunk sizes of ${width} bytes`);
      return { kind: 'chunked', chunk: readDimensions(cursor, rank, width) };
    }
    case 3:
      return { kind: 'virtual' };
    default:
      throw cursor.malformed(`data layout class ${kind}`);
  }
}

function readOldLayout(cursor: Cursor): Layout {
  const rank = cursor.uint(1);
  const kind = cursor.uint(1);
  cursor.skip(5);
  const address = kind === 0 ? undefined : cursor.address();
  if (kind === 1) return { kind: 'contiguous', address, size: undefined };
  if (kind === 2) return { kind: 'chunked', chunk: readDimensions(cursor, rank, 4) };
  if (kind !== 0) throw cursor.malformed(`data layout class ${kind}`);
  cursor.skip(4 * rank);
  const size = cursor.uint(4);
  const { offset } = cursor;
  cursor.skip(size);
  return { kind: 'compact', offset, size };
}

/** `rank` counts the element size as the last axis. */
function readDimensions(cursor: Cursor, rank: number, width: number): readonly number[] {
  if (rank < 1 || rank > 33) throw cursor.malformed(`a chunk with ${rank - 1} axes`);
  return Array.from({ length: rank }, () => cursor.uint(width)).slice(0, -1);
}
