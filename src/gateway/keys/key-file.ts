import { chmodSync, existsSync, readFileSync, statSync } from 'node:fs';
import { z } from 'zod';
import { replaceFile } from '../../bundle/replace-file.ts';
import { TorchliftError } from '../../core/errors.ts';
import { KEY_RECORD, type KeyRecord } from './api-key.ts';

const FILE = z.strictObject({ schema: z.literal(1), keys: z.array(KEY_RECORD) });

/** How often a running gateway looks whether keys were made or taken away. */
const LOOK_EVERY_MS = 1_000;

/** The records in a file; none where there is no file. Errors: `malformed-file`. */
export function readKeys(path: string): readonly KeyRecord[] {
  if (!existsSync(path)) return [];
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(path, 'utf8'));
  } catch (cause) {
    throw malformed(path, `can't be read as JSON: ${(cause as Error).message}`, cause);
  }
  const result = FILE.safeParse(json);
  if (!result.success) throw malformed(path, `isn't what torchlift keys writes: ${result.error.issues[0]?.path.join('.')}`);
  return result.data.keys;
}

function malformed(where: string, what: string, cause?: unknown): TorchliftError {
  return new TorchliftError('malformed-file', {
    what,
    where,
    remedy: 'Restore it, or remove it and make the keys anew with torchlift keys create.',
    cause,
  });
}

/** Writes the records in one rename, readable by the owner alone. Errors: `io`. */
export function writeKeys(path: string, keys: readonly KeyRecord[]): void {
  replaceFile(path, `${JSON.stringify({ schema: 1, keys }, null, 1)}\n`);
  chmodSync(path, 0o600);
}

/** The records as the file has them now, read again when it changed. A file that became unreadable leaves the last ones in force. */
export function watchKeys(path: string, onProblem: (error: unknown) => void): () => readonly KeyRecord[] {
  let keys = readKeys(path);
  let seen = stampOf(path);
  let looked = Date.now();
  return () => {
    if (Date.now() - looked < LOOK_EVERY_MS) return keys;
    looked = Date.now();
    const stamp = stampOf(path);
    if (stamp === seen) return keys;
    seen = stamp;
    try {
      keys = readKeys(path);
    } catch (error) {
      onProblem(error);
    }
    return keys;
  };
}

function stampOf(path: string): string {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat === undefined ? '' : `${stat.ino} ${stat.mtimeMs} ${stat.size}`;
}
