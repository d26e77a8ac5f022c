import { createHash, type Hash } from 'node:crypto';
import { closeSync, openSync, readSync } from 'node:fs';

/** One read's size: large enough to be cheap, small enough not to count. */
const CHUNK_BYTES = 4 << 20;

/** SHA-256 of files one after the other, streamed; hex. The bytes never stand in memory together. */
export function hashFiles(paths: readonly string[]): string {
  const hash = createHash('sha256');
  for (const path of paths) updateFrom(hash, path);
  return hash.digest('hex');
}

function updateFrom(hash: Hash, path: string): void {
  const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
  const file = openSync(path, 'r');
  try {
    for (let size = readSync(file, buffer); size > 0; size = readSync(file, buffer)) hash.update(buffer.subarray(0, size));
  } finally {
    closeSync(file);
  }
}
