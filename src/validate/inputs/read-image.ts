import { readFileSync } from 'node:fs';
import { TorchliftError } from '../../core/errors.ts';

/** The bytes of an image that was named, so that it has to be there. Errors: `file-not-found`, with `remedy`. */
export function readImage(path: string, remedy: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'EISDIR')
      throw new TorchliftError('file-not-found', { what: 'is a folder', where: path, remedy: `Name its files: ${path}/*`, cause });
    throw new TorchliftError('file-not-found', { what: `can't be read (${code})`, where: path, remedy, cause });
  }
}
