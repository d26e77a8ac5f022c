import { accessSync, constants, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { diskError } from '../file-sink.ts';

/** `evidence/<name>.json` of a bundle. */
function evidencePath(bundle: string, name: string): string {
  return join(bundle, 'evidence', `${name}.json`);
}

/** Makes the folder; finds out before hours of work whether their result can be kept. Errors: `io`. */
export function prepareEvidence(bundle: string): void {
  const folder = join(bundle, 'evidence');
  try {
    mkdirSync(folder, { recursive: true });
    accessSync(folder, constants.W_OK);
  } catch (cause) {
    throw diskError(folder, cause);
  }
}

/** Puts a result into the bundle by a rename: the old one or the new one, never half of it. Errors: `io`. */
export function writeEvidence(bundle: string, name: string, evidence: unknown): void {
  const path = evidencePath(bundle, name);
  const partial = `${path}.partial-${process.pid}`;
  const remove = () => rmSync(partial, { force: true });
  process.once('exit', remove);
  try {
    writeFileSync(partial, `${JSON.stringify(evidence, null, 2)}\n`);
    renameSync(partial, path);
  } catch (cause) {
    remove();
    throw diskError(path, cause);
  } finally {
    process.removeListener('exit', remove);
  }
}

/** What stands in a bundle's evidence; undefined where there is none of that schema. */
export function readEvidence<T extends { readonly schema: number }>(bundle: string, name: string, schema: T['schema']): T | undefined {
  try {
    const evidence = JSON.parse(readFileSync(evidencePath(bundle, name), 'utf8')) as T | null;
    return evidence?.schema === schema ? evidence : undefined;
  } catch {
    return undefined;
  }
}
