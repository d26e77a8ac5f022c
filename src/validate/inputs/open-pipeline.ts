import { createHash } from 'node:crypto';
import { availableParallelism } from 'node:os';
import type { ProbeEvidence } from '../../bundle/evidence/validation-evidence.ts';
import type { Manifest, PortRecord } from '../../bundle/manifest.ts';
import { verifiedArtefact } from '../../bundle/read-bundle.ts';
import { TorchliftError } from '../../core/errors.ts';
import { openPreprocessor, openPrintedPreprocessor, type Preprocessor } from '../../engines/open-preprocessor.ts';
import { provePixels } from '../../engines/prove-pixels.ts';
import { imageInput, printPreprocess } from '../../preprocess/print-preprocess.ts';
import type { Step } from '../../preprocess/steps.ts';
import { SUPERVISION } from '../supervision.ts';
import type { SourceContext } from './source-context.ts';

/** The pipeline in front of the model, ready to take images. `size`: the model's height and width. */
export interface Pipeline {
  readonly steps: readonly Step[];
  readonly preprocessor: Preprocessor;
  /** What it feeds. */
  readonly port: PortRecord;
  readonly probes: ProbeEvidence;
  readonly warnings: readonly string[];
  readonly size: readonly [number, number];
}

/** The bundle's own `preprocess.py`, its hash verified, or one made of other steps. Errors: `usage`, `hash-mismatch`, `probe-mismatch`, those of the host. */
export async function openPipeline({ bundle, manifest, steps, allowOtherPixels, progress, onRestart }: SourceContext): Promise<Pipeline> {
  const size = imageSize(manifest);
  progress('starting the decoders');
  const options = { threads: availableParallelism(), supervision: { ...SUPERVISION, onRestart }, progress };
  const port = manifest.inputs[0] as PortRecord;
  const given = steps ?? (manifest.preprocess.steps as readonly Step[]);
  const opened = async (preprocessor: Preprocessor, sha256: string): Promise<Pipeline> => {
    const expected = steps === undefined ? manifest.preprocess.probes : undefined;
    const { images, warnings } = await provePixels(preprocessor, { expected, allowOthers: allowOtherPixels });
    return { preprocessor, steps: given, port, size, probes: { pipeline: sha256, images }, warnings };
  };
  const kept = manifest.artefacts['preprocess.py'];
  if (steps === undefined && kept !== undefined) {
    const source = verifiedArtefact(bundle, manifest, 'preprocess.py');
    return opened(await openPreprocessor({ source, ...options }), kept.sha256);
  }
  const input = imageInput(manifest.inputs);
  const text = input && printPreprocess(given, input);
  if (text === undefined) throw noSize(manifest);
  return opened(await openPrintedPreprocessor(text, options), createHash('sha256').update(text).digest('hex'));
}

function imageSize(manifest: Manifest): readonly [number, number] {
  const input = imageInput(manifest.inputs);
  if (input === undefined) throw noSize(manifest);
  return [input.height ?? 1, input.width ?? 1];
}

function noSize({ inputs }: Manifest): TorchliftError {
  return new TorchliftError('usage', {
    what: `the model takes ${inputs.map(({ name, dtype, shape }) => `${name} (${dtype} [${shape.join(', ')}])`).join(', ')}, not one image of a known size`,
    where: '--images',
    remedy: 'Give --inputs with a .npz, or a pipeline that names its size.',
  });
}
