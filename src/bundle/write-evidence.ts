import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { diskError } from './file-sink.ts';

/** Writes `evidence/<name>` in a bundle, by rename: a reader sees the old file or the new one. Returns its path. Errors: `io`. */
export function writeEvidence(bundle: string, name: string, text: string): string {
  const folder = join(bundle, 'evidence');
  const path = join(folder, name);
  try {
    mkdirSync(folder, { recursive: true });
    const partial = join(folder, `.${name}.partial-${process.pid}`);
    writeFileSync(partial, text);
    renameSync(partial, path);
    return path;
  } catch (cause) {
    throw diskError(path, cause);
  }
}
