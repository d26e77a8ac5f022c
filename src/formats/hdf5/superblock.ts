import { TorchliftError } from '../../core/errors.ts';
import { Cursor, type Hdf5Geometry } from './cursor.ts';
import type { PagedBytes } from './paged-bytes.ts';
import { hasSignature, superblockOffsets } from './signature.ts';

export interface Superblock {
  readonly geometry: Hdf5Geometry;
  /** Address of the root group's object header. */
  readonly root: number;
}

/** Reads the superblock, versions 0 to 3 (HDF5 file format 3.0, II.A). Errors: `not-a-model`, `malformed-file` (a cut file too). */
export function readSuperblock(file: PagedBytes): Superblock {
  const base = findSuperblock(file);
  const probe: Hdf5Geometry = { file, addressBytes: 8, lengthBytes: 8, base };
  const head = Cursor.at(probe, 0, Math.min(file.size - base, 16));
  head.skip(8);
  const version = head.uint(1);
  if (version > 3) throw head.malformed(`superblock version ${version}, expected 0 to 3`);
  if (version < 2) head.skip(4);
  const addressBytes = head.uint(1);
  const lengthBytes = head.uint(1);
  for (const width of [addressBytes, lengthBytes]) {
    if (width !== 2 && width !== 4 && width !== 8) throw head.malformed(`addresses or lengths of ${width} bytes, expected 2, 4 or 8`);
  }
  const geometry: Hdf5Geometry = { file, addressBytes, lengthBytes, base };
  const skipped = version === 0 ? 24 : version === 1 ? 28 : 12;
  const size = skipped + addressBytes * (version < 2 ? 6 : 4);
  const cursor = Cursor.at(geometry, 0, size);
  cursor.skip(skipped);
  cursor.address(); // base address: where the superblock stands counts, as in the HDF5 library
  cursor.address(); // free space (0, 1) or superblock extension (2, 3)
  const end = cursor.definedAddress();
  if (end > file.size) throw file.malformed(`cut short: its header says ${end} bytes, there are ${file.size}`, file.size);
  if (version < 2) {
    cursor.address(); // driver information
    cursor.skip(addressBytes); // root entry: offset of its name
  }
  return { geometry, root: cursor.definedAddress() };
}

function findSuperblock(file: PagedBytes): number {
  if (file.size === 0) {
    throw new TorchliftError('malformed-file', { what: 'the file is empty', where: file.name, remedy: 'Copy the model again.' });
  }
  for (const offset of superblockOffsets(file.size)) if (hasSignature(file.view(offset, 8))) return offset;
  throw new TorchliftError('not-a-model', {
    what: 'not an HDF5 file: its signature is nowhere to be found',
    where: file.name,
    remedy: 'Name the .h5 file that model.save() wrote.',
  });
}
