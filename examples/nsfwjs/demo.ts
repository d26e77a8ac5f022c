import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join, relative } from 'node:path';
import { readManifest, verifiedArtefact } from '../../src/bundle/read-bundle.ts';
import { packageRoot } from '../../src/core/package-root.ts';
import { ensureRuntime, type Progress } from '../../src/engines/runtimes/ensure-runtime.ts';
import { openWorker } from '../../src/engines/worker-engine.ts';
import { type Comparison, compare } from './compare.ts';
import { makeDemoModel } from './demo-model.ts';
import { measureInTurns, type Timing } from './measure.ts';
import { CLASSES, MODELS, type ModelName } from './models.ts';
import { NpyReader } from './npy-reader.ts';
import { PHOTOS } from './packages.ts';
import { runPython } from './run-python.ts';
import { unpackPackage } from './unpack-package.ts';

/** What the demo promises: the same decision on every crop, and scores that differ by float32 rounding alone. */
const MAX_SCORE_DIFFERENCE = 1e-4;
const TIMED_ROUNDS = 12;

export interface DemoResult {
  readonly model: ModelName;
  readonly passed: boolean;
  readonly comparison: Comparison;
  readonly processor: string;
  readonly reference: { readonly description: string; readonly timing: Timing; readonly sizeBytes: number };
  readonly candidate: { readonly description: string; readonly timing: Timing; readonly sizeBytes: number };
  readonly convertMs: number;
  readonly bundle: string;
  readonly images: string;
}

/** The whole way of the real model: rebuilt as `.h5`, converted, run on both sides. Leaves `demo/<model>/` in the current folder. */
export async function runDemo(model: ModelName, samples: number, progress: Progress): Promise<DemoResult> {
  const folder = join(process.cwd(), 'demo', model);
  const { h5, bundle, manifest, convertMs } = await makeDemoModel(model, folder, progress);
  await drawSamples(h5, folder, samples, progress);
  const archive = verifiedArtefact(bundle, readManifest(bundle), 'model.pt');
  progress('starting TensorFlow and PyTorch');
  const reference = await openWorker({ engine: 'tensorflow', model: h5, progress });
  const candidate = await openWorker({ engine: 'torch', model: archive, progress });
  const inputs = new NpyReader(join(folder, 'inputs.npy'));
  try {
    const comparison = await compare(reference, candidate, inputs, progress);
    const [referenceTiming, candidateTiming] = (await measureInTurns([reference, candidate], inputs.rows(0, 32), TIMED_ROUNDS, progress)) as [
      Timing,
      Timing,
    ];
    return {
      model,
      passed: comparison.agreements === comparison.samples && comparison.maxScoreDifference <= MAX_SCORE_DIFFERENCE,
      comparison,
      processor: cpus()[0]?.model ?? 'unknown',
      reference: { description: reference.description, timing: referenceTiming, sizeBytes: statSync(h5).size },
      candidate: { description: candidate.description, timing: candidateTiming, sizeBytes: manifest.artefacts['model.pt']?.sizeBytes ?? 0 },
      convertMs,
      bundle,
      images: join(folder, 'images'),
    };
  } finally {
    inputs.close();
    await Promise.all([reference.close(), candidate.close()]);
  }
}

/** Draws once for a model and a count; a second run takes what is there. */
async function drawSamples(h5: string, folder: string, count: number, progress: Progress): Promise<void> {
  const script = 'draw_samples.py';
  const key = createHash('sha256')
    .update(readFileSync(join(packageRoot(), 'examples', 'nsfwjs', script)))
    .update(readFileSync(h5))
    .update(String(count))
    .digest('hex');
  const record = join(folder, 'inputs.key');
  if (existsSync(record) && readFileSync(record, 'utf8') === key) return;
  const { python } = await ensureRuntime('tensorflow', progress);
  const photos: string[] = [];
  for (const photo of PHOTOS) {
    progress(`fetching ${photo.name}`);
    photos.push(join(await unpackPackage(photo), 'data', 'image.jpg'));
  }
  await runPython(python, script, [h5, folder, String(count), ...photos], progress);
  writeFileSync(record, key);
}

/** The result as a person reads it. */
export function printDemo({ model, passed, comparison, processor, reference, candidate, convertMs, bundle, images }: DemoResult): string {
  const { samples, agreements, maxScoreDifference, decided, smallMargins } = comparison;
  const mb = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;
  const ms = ({ p50Ms, p95Ms }: Timing) => `p50 ${p50Ms.toFixed(0)} ms, p95 ${p95Ms.toFixed(0)} ms`;
  const reached = CLASSES.map((name, index) => `${name} ${decided[index]}`).join(', ');
  const never = CLASSES.filter((_, index) => decided[index] === 0);
  const here = (path: string) => relative(process.cwd(), path) || '.';
  return `
${MODELS[model].title}, moderation_model.h5 → PyTorch in ${(convertMs / 1000).toFixed(2)} s                                  ${passed ? 'passed' : 'FAILED'}

  decisions     ${agreements} of ${samples} agree (${((100 * agreements) / samples).toFixed(2)} %)
  scores        differ by at most ${maxScoreDifference.toExponential(1)} (allowed: ${MAX_SCORE_DIFFERENCE.toExponential(0)})
  samples       ${reached}; ${smallMargins} with a margin below 0.1
${never.length === 0 ? '' : `                never reached, so nothing is said of them: ${never.join(', ')}\n`}
                ${'before'.padEnd(34)}after
  runs in       ${reference.description.padEnd(34)}${candidate.description}
  file          ${`moderation_model.h5, ${mb(reference.sizeBytes)}`.padEnd(34)}model.pt, ${mb(candidate.sizeBytes)} (${(candidate.sizeBytes / reference.sizeBytes).toFixed(2)} of it)
  batch of 32   ${ms(reference.timing).padEnd(34)}${ms(candidate.timing)} (${(candidate.timing.p50Ms / reference.timing.p50Ms).toFixed(2)} of it)
                on ${processor}

  the bundle    ${here(bundle)}/
  the crops     ${here(images)}/
`;
}
