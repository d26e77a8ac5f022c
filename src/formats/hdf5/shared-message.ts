import type { Cursor, Hdf5Geometry } from './cursor.ts';
import { ObjectHeader } from './object-header.ts';

/**
 * A message body, or what a shared one points at: the same message of a named datatype's header (HDF5 file format 3.0, IV.A.2 "Shared message").
 * Messages in the file-wide heap of shared messages, which only files made for it have, are refused.
 */
export function resolveShared(geometry: Hdf5Geometry, cursor: Cursor, shared: boolean, type: number): Cursor {
  if (!shared) return cursor;
  const version = cursor.uint(1);
  const kind = cursor.uint(1);
  if (version === 1) cursor.skip(6);
  else if (version !== 2 && (version !== 3 || kind !== 2)) throw cursor.malformed('a message in the heap of shared messages, which is not supported');
  const header = ObjectHeader.read(geometry, cursor.definedAddress());
  const message = header.find(type);
  if (message === undefined || message.shared) throw cursor.malformed('a shared message points at an object without it');
  return header.body(message);
}
