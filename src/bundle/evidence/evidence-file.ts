import { accessSync, constants, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { orDiskError } from '../file-sink.ts';
import { makeFolders } from '../make-folders.ts';
import { replaceFile } from '../replace-file.ts';

/** Where a bundle's evidence of one kind is, and its page. */
function pathsOf(bundle: string, name: string) {
  const folder = join(bundle, 'evidence');
  return { folder, json: join(folder, `${name}.json`), page: join(folder, `${name}.html`) };
}

/** Makes the folder; finds out before hours of work whether their result can be kept. Errors: `io`. */
export function prepareEvidence(bundle: string): void {
  const { folder } = pathsOf(bundle, '');
  orDiskError(folder, () => {
    makeFolders(folder);
    accessSync(folder, constants.W_OK);
  });
}

/** A validation of another precision than what is served stands beside it, and so does one that only looked for a pipeline. */
export type EvidenceName = 'validation' | `validation-${'autocast' | 'bf16' | 'fp16'}` | 'find-preprocess' | 'benchmark';

/**
 * Puts a piece of evidence, and its page where it has one, into a bundle's `evidence/`, each by a rename: whoever reads meanwhile finds the old one
 * or the new one, whole. The page comes first, so that evidence never stands without it. Returns where they are. Errors: `io`.
 */
export function writeEvidence(bundle: string, name: EvidenceName, evidence: unknown, page?: string) {
  prepareEvidence(bundle);
  const paths = pathsOf(bundle, name);
  if (page !== undefined) replaceFile(paths.page, page);
  replaceFile(paths.json, `${JSON.stringify(evidence, null, 1)}\n`);
  return paths;
}

/** What stands in a bundle's evidence; undefined where there is none of that schema. */
export function readEvidence<T extends { readonly schema: number }>(bundle: string, name: string, schema: T['schema']): T | undefined {
  try {
    const evidence = JSON.parse(readFileSync(pathsOf(bundle, name).json, 'utf8')) as T | null;
    return evidence?.schema === schema ? evidence : undefined;
  } catch {
    return undefined;
  }
}
