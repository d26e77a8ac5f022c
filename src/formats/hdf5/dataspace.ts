import type { Cursor } from './cursor.ts';

/** HDF5's own limit (H5S_MAX_RANK). */
const MAX_RANK = 32;

/** The shape in a dataspace message (HDF5 file format 3.0, IV.A.2.b): `[]` for a scalar, null for the null dataspace, which holds nothing. */
export function readDataspace(cursor: Cursor): readonly number[] | null {
  const version = cursor.uint(1);
  const rank = cursor.uint(1);
  cursor.skip(1);
  if (version !== 1 && version !== 2) throw cursor.malformed(`dataspace version ${version}, expected 1 or 2`);
  if (rank > MAX_RANK) throw cursor.malformed(`${rank} axes, at most ${MAX_RANK} are allowed`);
  if (version === 1) cursor.skip(5);
  else {
    const type = cursor.uint(1);
    if (type === 2) return null;
    if (type > 2) throw cursor.malformed(`dataspace type ${type}`);
  }
  return Array.from({ length: rank }, () => cursor.length());
}
