import type { Cursor } from './cursor.ts';

/** Filters that h5py offers for ordinary files and the HDF5 library carries; all others are refused. */
export const KNOWN_FILTERS: ReadonlyMap<number, string> = new Map([
  [1, 'gzip'],
  [2, 'shuffle'],
  [3, 'fletcher32'],
]);

/** HDF5 allows no more in one pipeline (H5Z_MAX_NFILTERS). */
const MAX_FILTERS = 32;

/** Ids of the filters in a pipeline message, in the order they were applied (HDF5 file format 3.0, IV.A.2.l). */
export function readFilters(cursor: Cursor): readonly number[] {
  const version = cursor.uint(1);
  if (version !== 1 && version !== 2) throw cursor.malformed(`filter pipeline version ${version}, expected 1 or 2`);
  const count = cursor.uint(1);
  if (count > MAX_FILTERS) throw cursor.malformed(`${count} filters, at most ${MAX_FILTERS} are allowed`);
  if (version === 1) cursor.skip(6);
  return Array.from({ length: count }, () => {
    const id = cursor.uint(2);
    const nameBytes = version === 1 || id >= 256 ? cursor.uint(2) : 0;
    cursor.skip(2);
    const values = cursor.uint(2);
    cursor.skip(version === 1 ? Math.ceil(nameBytes / 8) * 8 : nameBytes);
    cursor.skip(values * 4 + (version === 1 && values % 2 === 1 ? 4 : 0));
    return id;
  });
}
