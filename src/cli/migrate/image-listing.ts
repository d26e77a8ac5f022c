import { statSync } from 'node:fs';
import { join } from 'node:path';
import { listImages } from '../../validate/inputs/list-images.ts';

/** Each file of a folder with its size and time of change: whether it is still the same folder, without reading it. Errors: `file-not-found`. */
export function imageListing(folder: string): readonly (readonly [path: string, sizeBytes: number, changedMs: number])[] {
  return listImages(folder).map((path) => {
    const { size, mtimeMs } = statSync(join(folder, path));
    return [path, size, mtimeMs] as const;
  });
}
