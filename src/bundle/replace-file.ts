import { randomBytes } from 'node:crypto';
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { orDiskError } from './file-sink.ts';

/** Writes a file by a rename: whoever reads meanwhile, or after a kill, finds the old text or the new one, whole. Errors: `io`. */
export function replaceFile(path: string, text: string): void {
  const partial = `${path}.partial-${process.pid}-${randomBytes(4).toString('hex')}`;
  orDiskError(path, () => {
    try {
      writeFileSync(partial, text);
      renameSync(partial, path);
    } finally {
      rmSync(partial, { force: true });
    }
  });
}
