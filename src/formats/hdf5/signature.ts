const SIGNATURE = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a];

/** Where a superblock may stand (HDF5 file format 3.0, II.A): 0, then 512 and its doublings, behind a user block. */
export function* superblockOffsets(sizeBytes: number): Generator<number> {
  for (let offset = 0; offset + SIGNATURE.length <= sizeBytes; offset = offset === 0 ? 512 : offset * 2) yield offset;
}

/** Whether HDF5's signature stands at `offset` of `bytes`. */
export function hasSignature(bytes: Uint8Array, offset = 0): boolean {
  return SIGNATURE.every((value, i) => bytes[offset + i] === value);
}

/** Whether `bytes`, the start of a file, look like HDF5. */
export function looksLikeHdf5(bytes: Uint8Array): boolean {
  for (const offset of superblockOffsets(bytes.length)) if (hasSignature(bytes, offset)) return true;
  return false;
}
