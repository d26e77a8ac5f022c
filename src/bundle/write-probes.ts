import { join } from 'node:path';
import type { ProbeEvidence } from './evidence/validation-evidence.ts';
import { readManifest } from './read-bundle.ts';
import { replaceFile } from './replace-file.ts';

/**
 * Puts into the manifest what the bundle's own pipeline makes of the probe images, where it doesn't say so yet: from then on every host proves
 * itself on them. Another pipeline's are left out. Errors: `io`, those of `readManifest`.
 */
export function writeProbes(bundle: string, { pipeline, images }: ProbeEvidence): void {
  const manifest = readManifest(bundle);
  if (manifest.preprocess.probes !== undefined || manifest.artefacts['preprocess.py']?.sha256 !== pipeline) return;
  const proved = { ...manifest, preprocess: { ...manifest.preprocess, probes: images } };
  replaceFile(join(bundle, 'manifest.json'), `${JSON.stringify(proved, null, 1)}\n`);
}
