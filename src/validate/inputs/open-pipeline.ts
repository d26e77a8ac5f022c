import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ProbeEvidence } from '../../bundle/evidence.ts';
import { hashFiles } from '../../bundle/hash-file.ts';
import type { Manifest, PortRecord } from '../../bundle/manifest.ts';
import { verifiedArtefact } from '../../bundle/read-bundle.ts';
import { TorchliftError } from '../../core/errors.ts';
import { openPreprocessor, type Preprocessor } from '../../engines/open-preprocessor.ts';
import { imageInput, printPreprocess } from '../../preprocess/print-preprocess.ts';
import type { Step } from '../../preprocess/steps.ts';
import { SUPERVISION } from '../supervision.ts';
import type { SourceContext } from './source-context.ts';

/** The pipeline in front of the model, ready to take images. `size`: the model's height and width. */
export interface Pipeline {
  readonly preprocessor: Preprocessor;
  /** What it feeds. */
  readonly port: PortRecord;
  readonly probes: ProbeEvidence;
  readonly size: readonly [number, number];
}

/** The bundle's own `preprocess.py`, its hash verified, or one made of other steps. Errors: `usage`, `hash-mismatch`, those of the host. */
export async function openPipeline({ bundle, manifest, steps, progress, onRestart }: SourceContext): Promise<Pipeline> {
  const size = imageSize(manifest);
  progress('starting the decoders');
  const options = { threads: availableParallelism(), supervision: { ...SUPERVISION, onRestart }, progress };
  const port = manifest.inputs[0] as PortRecord;
  const opened = async (source: string, preprocessor: Preprocessor): Promise<Pipeline> => {
    try {
      return { preprocessor, port, size, probes: { pipeline: hashFiles([source]), images: await preprocessor.probe() } };
    } catch (error) {
      await preprocessor.close();
      throw error;
    }
  };
  if (steps === undefined && Object.hasOwn(manifest.artefacts, 'preprocess.py')) {
    const source = verifiedArtefact(bundle, manifest, 'preprocess.py');
    return opened(source, await openPreprocessor({ source, ...options }));
  }
  const input = imageInput(manifest.inputs);
  const text = input && printPreprocess(steps ?? (manifest.preprocess.steps as readonly Step[]), input);
  if (text === undefined) throw noSize(manifest);
  const folder = mkdtempSync(join(tmpdir(), 'torchlift-'));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  process.once('exit', remove);
  const source = join(folder, 'preprocess.py');
  writeFileSync(source, text);
  try {
    const preprocessor = await openPreprocessor({ source, ...options });
    const close = async () => {
      await preprocessor.close();
      process.removeListener('exit', remove);
      remove();
    };
    return await opened(source, { ...preprocessor, close });
  } catch (error) {
    remove();
    throw error;
  }
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
