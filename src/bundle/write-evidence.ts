import { join } from 'node:path';
import type { EvidenceHeader } from './evidence.ts';
import { orDiskError } from './file-sink.ts';
import { makeFolders } from './make-folders.ts';
import { replaceFile } from './replace-file.ts';

/**
 * Puts a piece of evidence and its page into a bundle's `evidence/`, each by a rename: whoever reads meanwhile finds the old one or the new one,
 * whole. The page comes first, so that evidence always has one. Returns where they are. Errors: `io`.
 */
export function writeEvidence(bundle: string, name: 'validation' | 'benchmark', evidence: EvidenceHeader, page: string) {
  const folder = join(bundle, 'evidence');
  orDiskError(folder, () => void makeFolders(folder));
  const files = { page: join(folder, `${name}.html`), json: join(folder, `${name}.json`) };
  replaceFile(files.page, page);
  replaceFile(files.json, `${JSON.stringify(evidence, null, 1)}\n`);
  return files;
}
