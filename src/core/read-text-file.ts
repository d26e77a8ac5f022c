import { readFileSync, type Stats, statSync } from 'node:fs';
import { TorchliftError } from './errors.ts';

/** Far more than any architecture, policy or list of steps takes. */
const MAX_BYTES = 64 << 20;

/**
 * The text of a small file that an option names: a policy, an architecture. `expected` tells the user what belongs there.
 * Errors: `file-not-found` (also for a folder, a pipe or a device, which could block or never end), `limit-exceeded`.
 */
export function readTextFile(path: string, expected: string): string {
  const notFound = (what: string, cause?: unknown) => new TorchliftError('file-not-found', { what, where: path, remedy: expected, cause });
  let stat: Stats | undefined;
  try {
    stat = statSync(path, { throwIfNoEntry: false });
    if (stat?.isFile() && stat.size <= MAX_BYTES) return readFileSync(path, 'utf8');
  } catch (cause) {
    throw notFound(`can't be read (${(cause as NodeJS.ErrnoException).code ?? 'error'})`, cause);
  }
  if (stat === undefined) throw notFound('there is no such file');
  if (!stat.isFile()) throw notFound(stat.isDirectory() ? 'is a folder, not a file' : 'is a device, pipe or socket, not a file');
  throw new TorchliftError('limit-exceeded', { what: `has ${stat.size} bytes, at most ${MAX_BYTES} are read`, where: path, remedy: expected });
}
