import { readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { TorchliftError } from '../core/errors.ts';
import { hashFiles } from './hash-file.ts';
import { MANIFEST_SCHEMA, type Manifest } from './manifest.ts';

const REMEDY = 'Convert the model again: torchlift convert <model> -o <bundle> --force.';

/** A bundle's manifest. Errors: `file-not-found`, `malformed-file`. */
export function readManifest(bundle: string): Manifest {
  const path = join(bundle, 'manifest.json');
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    const isThere = statSync(bundle, { throwIfNoEntry: false }) !== undefined;
    const what = isThere ? 'is not a bundle: it has no manifest.json' : "isn't there";
    throw new TorchliftError('file-not-found', {
      what,
      where: bundle,
      remedy: 'Check the path; torchlift convert <model> -o <bundle> makes a bundle.',
      cause,
    });
  }
  let manifest: unknown;
  try {
    manifest = JSON.parse(text);
  } catch (cause) {
    throw new TorchliftError('malformed-file', { what: `isn't JSON: ${(cause as Error).message}`, where: path, remedy: REMEDY, cause });
  }
  const schema = (manifest as Manifest | null)?.schema;
  if (schema !== MANIFEST_SCHEMA || typeof (manifest as Manifest).artefacts !== 'object') {
    throw new TorchliftError('malformed-file', { what: `has schema ${schema}, expected ${MANIFEST_SCHEMA}`, where: path, remedy: REMEDY });
  }
  return manifest as Manifest;
}

/** The path of one artefact, after its size and hash were found as the manifest says. Errors: `usage` (not in the bundle), `hash-mismatch`. */
export function verifiedArtefact(bundle: string, manifest: Manifest, file: string): string {
  const record = Object.hasOwn(manifest.artefacts, file) ? manifest.artefacts[file] : undefined;
  if (record === undefined || basename(file) !== file) {
    throw new TorchliftError('usage', { what: `has no ${file}`, where: bundle, remedy: `It has ${Object.keys(manifest.artefacts).join(', ')}.` });
  }
  const path = join(bundle, file);
  const size = statSync(path, { throwIfNoEntry: false })?.size;
  if (size !== record.sizeBytes || hashFiles([path]) !== record.sha256) {
    throw new TorchliftError('hash-mismatch', {
      what: "isn't the file that was converted: its size or sha256 differs from the manifest's",
      where: path,
      remedy: REMEDY,
    });
  }
  return path;
}
