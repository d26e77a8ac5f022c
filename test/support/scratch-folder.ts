import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';

/** A folder for the tests of one file, removed after them. */
export function scratchFolder(name: string): { readonly path: string; join(...parts: readonly string[]): string; tree(): readonly string[] } {
  let path = '';
  beforeAll(() => {
    path = mkdtempSync(join(tmpdir(), `torchlift-${name}-`));
  });
  afterAll(() => rmSync(path, { recursive: true, force: true }));
  return {
    get path() {
      return path;
    },
    join: (...parts) => join(path, ...parts),
    /** Every file and folder in it, so that a test can tell that nothing came and nothing went. */
    tree: () => readdirSync(path, { recursive: true, encoding: 'utf8' }).sort(),
  };
}
