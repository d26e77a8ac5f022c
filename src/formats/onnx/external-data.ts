import { closeSync, constants, fstatSync, lstatSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { TorchliftError } from '../../core/errors.ts';

/** Why external data can't be read: because of where it lies, or because it isn't all there. */
export interface Refusal {
  readonly code: 'unsafe-file' | 'malformed-file';
  readonly what: string;
}

/** Where tensors with `data_location: EXTERNAL` may lie: files beside the model, named without any folder, no links. */
export interface ExternalFiles {
  /** Why `length` bytes at `offset` of `location` can't be read; undefined where they can. Opens nothing. */
  refusal(location: string, offset: number, length: number): Refusal | undefined;
  /** Opens, reads, closes. Throws what `refusal` says. */
  read(location: string, offset: number, length: number): Uint8Array;
}

/** `folder`: the model's. */
export function externalFilesIn(folder: string): ExternalFiles {
  const refusal = (location: string, offset: number, length: number): Refusal | undefined => {
    if (!isBaseName(location)) return unsafe('its external data is not named by a file name alone');
    let stats: ReturnType<typeof lstatSync>;
    try {
      stats = lstatSync(join(folder, location));
    } catch {
      return incomplete(`its external data file ${JSON.stringify(location)} is missing`);
    }
    if (stats.isSymbolicLink()) return unsafe('its external data file is a symbolic link');
    if (!stats.isFile()) return unsafe('its external data is not a regular file');
    if (offset + length > stats.size)
      return incomplete(`its external data ends at byte ${offset + length}, ${JSON.stringify(location)} has ${stats.size}`);
    return undefined;
  };
  return {
    refusal,
    read(location, offset, length) {
      const why = refusal(location, offset, length);
      if (why !== undefined) throw new TorchliftError(why.code, { what: why.what, where: location });
      return readWithoutLinks(join(folder, location), location, offset, length);
    },
  };
}

/** For a model that isn't in a folder. */
export const noExternalFiles: ExternalFiles = {
  refusal: () => unsafe('its external data has no folder'),
  read: (location) => {
    throw new TorchliftError('unsafe-file', { what: 'external data without a folder', where: location });
  },
};

const unsafe = (what: string): Refusal => ({ code: 'unsafe-file', what });
const incomplete = (what: string): Refusal => ({ code: 'malformed-file', what });

/** No folder, no parent, no drive, no NUL: the same on every system. */
function isBaseName(location: string): boolean {
  return location !== '' && location !== '.' && location !== '..' && !/[/\\:\0]/.test(location);
}

/** The file may have been exchanged since it was looked at: a link isn't followed, a pipe isn't waited for. */
function readWithoutLinks(path: string, location: string, offset: number, length: number): Uint8Array {
  let file: number | undefined;
  try {
    file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW);
    const stats = fstatSync(file);
    if (!stats.isFile() || offset + length > stats.size) throw new Error('it was exchanged or became shorter');
    const bytes = new Uint8Array(length);
    for (let done = 0; done < length; ) {
      const count = readSync(file, bytes, done, Math.min(length - done, 2 ** 30), offset + done);
      if (count === 0) throw new Error('it became shorter');
      done += count;
    }
    return bytes;
  } catch (cause) {
    throw new TorchliftError('io', {
      what: `external data can't be read: ${cause instanceof Error ? cause.message : String(cause)}`,
      where: location,
      remedy: 'Something writes to the file. Wait until it is complete.',
      cause,
    });
  } finally {
    if (file !== undefined) closeSync(file);
  }
}
