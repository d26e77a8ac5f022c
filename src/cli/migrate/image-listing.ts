import { statSync } from 'node:fs';
import { join } from 'node:path';
import { hashFiles } from '../../bundle/hash-file.ts';
import { listImages } from '../../validate/inputs/list-images.ts';

/** Each file of a folder with its sha256, null where it can't be read: whether it is still the same folder. Errors: `file-not-found`. */
export function imageListing(folder: string): readonly (readonly [path: string, sha256: string | null])[] {
  return listImages(folder).map((path) => [path, hashOf(join(folder, path))] as const);
}

function hashOf(path: string): string | null {
  try {
    return statSync(path).isFile() ? hashFiles([path]) : null;
  } catch {
    return null;
  }
}
