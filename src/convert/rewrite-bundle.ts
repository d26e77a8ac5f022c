import { resolve } from 'node:path';
import type { Manifest } from '../bundle/manifest.ts';
import { readManifest, verifiedArtefact } from '../bundle/read-bundle.ts';
import type { Policy } from '../policy/policy.ts';
import type { Step } from '../preprocess/steps.ts';
import { convertAs } from './convert.ts';
import { ARTEFACT_FORMATS, type ArtefactFormat, PRECISIONS } from './options.ts';

const FILES: Readonly<Record<ArtefactFormat, string>> = { onnx: 'model.onnx', python: 'model.py', torchscript: 'model.pt' };

/**
 * Puts another pipeline or policy into a bundle: everything is written again from its own `model.onnx`, whose hash is verified, so that all files
 * say the same; evidence and the user's files stay. One rename, or nothing. Errors: `usage` (the bundle has no model.onnx), `hash-mismatch`, `io`.
 */
export async function rewriteBundle(bundle: string, changes: { readonly preprocess?: readonly Step[]; readonly policy?: Policy }): Promise<Manifest> {
  const old = readManifest(bundle);
  const onnx = verifiedArtefact(bundle, old, FILES.onnx);
  const known = old.preprocess.assumed ? undefined : (old.preprocess.steps as readonly Step[]);
  const preprocess = changes.preprocess ?? known;
  const policy = changes.policy ?? ((old.policy ?? undefined) as Policy | undefined);
  const { manifest } = await convertAs(
    onnx,
    {
      output: resolve(bundle),
      force: true,
      formats: ARTEFACT_FORMATS.filter((format) => Object.hasOwn(old.artefacts, FILES[format])),
      precisions: PRECISIONS.filter((precision) => Object.hasOwn(old.artefacts, `model.${precision}.pt`)),
      ...(old.classes !== null && { classes: old.classes }),
      ...(preprocess !== undefined && { preprocess }),
      ...(policy !== undefined && { policy }),
    },
    old,
  );
  return manifest;
}
