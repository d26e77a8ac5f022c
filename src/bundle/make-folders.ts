import { mkdirSync, rmdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Makes the folder `path` and those above it that are missing; gives the topmost one that it made, undefined where none was missing. All or none.
 * One mkdir at a time: Node's own `recursive` never ends where the system answers ENOENT for a folder whose parent exists, as /proc does.
 * Errors: the system's own.
 */
export function makeFolders(path: string): string | undefined {
  const missing: string[] = [];
  for (let folder = path; statSync(folder, { throwIfNoEntry: false }) === undefined; folder = dirname(folder)) missing.unshift(folder);
  const made: string[] = [];
  for (const folder of missing) {
    try {
      mkdirSync(folder);
      made.unshift(folder);
    } catch (error) {
      // Another process was faster; whether it made a folder shows with what is made inside.
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') continue;
      for (const path of made) rmdirSync(path);
      throw error;
    }
  }
  return made.at(-1);
}
