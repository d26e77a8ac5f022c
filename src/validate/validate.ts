import { existsSync } from 'node:fs';
import { EVIDENCE_SCHEMA, type ValidationEvidence } from '../bundle/evidence/validation-evidence.ts';
import type { Manifest } from '../bundle/manifest.ts';
import { readManifest } from '../bundle/read-bundle.ts';
import { TorchliftError } from '../core/errors.ts';
import { machine } from '../core/machine.ts';
import { version } from '../core/version.ts';
import type { Device } from '../engines/engine.ts';
import type { Progress } from '../engines/runtimes/ensure-runtime.ts';
import { float32Elements, type Tensor } from '../engines/tensor.ts';
import { findHeads } from '../policy/find-heads.ts';
import { loadPolicy } from '../policy/load-policy.ts';
import { type Policy, parsePolicy } from '../policy/policy.ts';
import type { Step } from '../preprocess/steps.ts';
import { AgreementAccumulator } from './agreement/accumulate-agreement.ts';
import { askBoth } from './ask-both.ts';
import type { Batch, BatchSource } from './batch.ts';
import { compareProbes } from './compare-probes.ts';
import { compareSource } from './compare-source.ts';
import { findPreprocess } from './find-preprocess/find-preprocess.ts';
import { compareLayers } from './layers/compare-layers.ts';
import { fingerprint } from './near-copies/fingerprint.ts';
import { NearCopyIndex } from './near-copies/near-copy-index.ts';
import { type Candidate, openCandidate, type ValidatedPrecision, verifiedModel } from './open-candidate.ts';
import { openReference, RECORDED, type Reference } from './open-reference.ts';
import { openSource, type SourceOptions } from './open-source.ts';
import { sliceRows } from './slice-rows.ts';
import { readLabels } from './sources/read-labels.ts';
import { readPrevalence } from './sources/read-prevalence.ts';

export interface ValidateOptions extends SourceOptions {
  /** The bundle's folder. */
  readonly candidate: string;
  /** The original `.h5`, or the address of the server that runs it; `./moderation_model.h5` where that exists. */
  readonly reference?: string;
  /** Between 0 and 1; 0.99 where omitted. */
  readonly minAgreement?: number;
  readonly precision?: ValidatedPrecision;
  readonly device?: Device;
  /** Path of a policy; the bundle's own where omitted. */
  readonly policy?: string;
  /** Path of a CSV with the true classes. */
  readonly labels?: string;
  /** Path of a CSV with the production mix. */
  readonly prevalence?: string;
  readonly matchThresholds?: boolean;
  /** Compares every layer call too, on the first rows; the reference must be a Keras file. */
  readonly layers?: boolean;
  /** First finds the pipeline that reproduces the recorded scores, and validates with it. */
  readonly findPreprocess?: boolean;
  /** How many flips are listed; 100 where omitted. */
  readonly listedFlips?: number;
  readonly onProgress?: (done: number, total: number, line: string) => void;
}

const LISTED_FLIPS = 100;
const LISTED_SKIPS = 1000;

/**
 * Runs the original and a bundle on the same inputs and says how far they decide alike. The bundle's files are verified before they are used;
 * nothing is written. A worker that dies or hangs costs one retry.
 *
 * Errors: `usage` (no reference, other outputs, a variant that isn't in the bundle), `file-not-found`, `malformed-file`, `hash-mismatch`,
 * `not-a-model`, `runtime-unavailable`, `worker-failed`, `remote-failed`.
 */
export async function validate(options: ValidateOptions): Promise<ValidationEvidence> {
  const { candidate: bundle, precision = 'fp32', device = 'auto', minAgreement = 0.99, onProgress = () => {} } = options;
  const manifest = readManifest(bundle);
  const policy = policyOf(options.policy, manifest);
  // Before minutes are spent on starting frameworks.
  const model = verifiedModel(bundle, manifest, precision);
  const progress: Progress = (line) => onProgress(0, 0, line);
  const warnings: string[] = [];
  const onRestart = (why: string) => {
    warnings.push(`a worker was replaced: ${why}`);
    progress(`a worker was replaced: ${why}`);
  };
  const opened: { close(): Promise<void> }[] = [];
  try {
    const startCandidate = async () => {
      progress('starting the candidate');
      const started = await openCandidate({ model, manifest, precision, device, progress, onRestart });
      opened.push(started.engine);
      return started;
    };
    // What is wrong with the inputs is told before any framework starts, but a search for the pipeline needs one.
    const finder = options.findPreprocess ? await startCandidate() : undefined;
    const found = finder && (await findPreprocess({ ...options, manifest, candidate: finder.engine, candidateOptions: finder.runOptions, progress }));
    const steps = found?.found ? (found.steps as readonly Step[]) : undefined;
    const source = await openSource(bundle, manifest, { ...options, ...(steps && { preprocess: steps }) }, progress, onRestart);
    opened.push(source);
    progress('starting the reference');
    const reference = source.isRecorded ? RECORDED : await openReference(options.reference, manifest, progress, onRestart);
    if (reference.engine !== null) opened.push(reference.engine);
    const candidate = finder ?? (await startCandidate());
    const nearCopies = source.arePictures ? new NearCopyIndex(source.ranges.length) : null;
    if (nearCopies !== null) opened.push({ close: async () => nearCopies.close() });
    let run: Run | undefined;
    let firstRows: readonly Tensor[] | undefined;
    let done = 0;
    for await (const batch of source.batches()) {
      const scores = await askBoth(batch, {
        reference: reference.engine,
        candidate: candidate.engine,
        candidateOptions: candidate.runOptions,
        shareCores: reference.isLocal && candidate.engine.device === 'cpu',
      });
      firstRows ??= batch.inputs.map((input) => sliceRows(input, 0, LAYER_ROWS));
      run ??= begin(options, manifest, policy, minAgreement, scores.candidate, source);
      addBatch(run, batch, scores, nearCopies, manifest, source);
      done += batch.rows.length;
      onProgress(done, source.total, `${run.accumulator.agreements} of ${run.accumulator.samples} agree`);
    }
    if (run === undefined || firstRows === undefined) throw nothingToCompare(source);
    const { processor, cores, system } = machine();
    const layers = options.layers ? await lookIntoLayers(bundle, manifest, reference, candidate, firstRows, progress) : {};
    return {
      schema: EVIDENCE_SCHEMA,
      kind: 'validation',
      tool: { name: 'torchlift', version: version() },
      created: new Date().toISOString(),
      machine: { processor, cores, system, gpu: candidate.engine.device === 'cpu' ? null : candidate.engine.device },
      reference: reference.side,
      candidate: candidate.side,
      data: source.description,
      stage: 'tensors',
      stages: [],
      skipped: { total: source.skipped.length, files: source.skipped.slice(0, LISTED_SKIPS) },
      ...(source.probes !== undefined && { probes: source.probes }),
      ...(found && { preprocess: found }),
      ...layers,
      warnings: [...warnings, ...reference.warnings, ...source.warnings, ...compareProbes(bundle, source.probes)],
      ...run.accumulator.evidence(),
    };
  } finally {
    await Promise.all(opened.map((each) => each.close()));
  }
}

/** Rows of the layers' comparison: every one of them costs what all layers give. */
const LAYER_ROWS = 4;

async function lookIntoLayers(
  bundle: string,
  manifest: Manifest,
  reference: Reference,
  candidate: Candidate,
  inputs: readonly Tensor[],
  progress: Progress,
): Promise<Pick<ValidationEvidence, 'layers' | 'firstDivergence' | 'firstDivergenceAt' | 'unmatched' | 'sourceDifference'>> {
  if (reference.worker === null) {
    throw new TorchliftError('usage', {
      what: 'layers can only be looked into where the original runs in TensorFlow here',
      where: '--layers',
      remedy: 'Name the Keras file with --reference.',
    });
  }
  progress('comparing the layers');
  const precision = candidate.runOptions.precision ?? 'fp32';
  const comparison = await compareLayers({ manifest, reference: reference.worker, candidate: candidate.engine, inputs, precision });
  const hasSource = candidate.side.precision === 'fp32' && Object.hasOwn(manifest.artefacts, 'model.py');
  return { ...comparison, sourceDifference: hasSource ? await compareSource({ bundle, manifest, candidate: candidate.engine, inputs }) : null };
}

interface Run {
  readonly accumulator: AgreementAccumulator;
  readonly labels: ReadonlyMap<string, readonly number[]> | null;
}

type AllScores = { readonly reference: readonly (readonly Float32Array[])[]; readonly candidate: readonly (readonly Float32Array[])[] };

/** Once the first answers are there: they tell what the scores are where the manifest doesn't. */
function begin(
  options: ValidateOptions,
  manifest: Manifest,
  policy: Policy | null,
  minAgreement: number,
  seen: readonly (readonly Float32Array[])[],
  source: BatchSource & { imageOf(name: string): string | undefined },
): Run {
  const firstScores = manifest.outputs.map((_, output) => Float32Array.from(seen.flatMap((row) => [...(row[output] ?? [])])));
  const heads = findHeads(manifest.outputs, manifest.classes, firstScores);
  const labelledHead =
    options.labels === undefined
      ? null
      : Math.max(
          0,
          heads.findIndex(({ classes }) => classes.every((name) => manifest.classes?.includes(name))),
        );
  const labels =
    options.labels === undefined
      ? null
      : readLabels(options.labels, heads[labelledHead ?? 0] as (typeof heads)[number], (name) => source.imageOf(name));
  const prevalence = options.prevalence === undefined ? null : readPrevalence(options.prevalence, heads);
  const accumulator = new AgreementAccumulator({
    heads,
    policy,
    minAgreement,
    labelledHead,
    prevalence,
    matchThresholds: options.matchThresholds ?? false,
    listedFlips: options.listedFlips ?? LISTED_FLIPS,
  });
  return { accumulator, labels };
}

function addBatch(
  { accumulator, labels }: Run,
  batch: Batch,
  scores: AllScores,
  nearCopies: NearCopyIndex | null,
  manifest: Manifest,
  { ranges }: { ranges: readonly { low: number; high: number }[] },
): void {
  const isChannelsFirst = manifest.inputs[0]?.layout === 'NCHW';
  for (const [index, row] of batch.rows.entries()) {
    let nearCopyOf: string | null = null;
    if (nearCopies !== null) {
      const [tensor] = batch.inputs as readonly [(typeof batch.inputs)[number]];
      const pixels = rowOf(tensor, index);
      const [height, width] = (isChannelsFirst ? tensor.shape.slice(2) : tensor.shape.slice(1)) as [number, number];
      nearCopyOf = nearCopies.add(row.id, fingerprint(pixels, height, width, ranges, isChannelsFirst)) ?? null;
    }
    accumulator.add({
      id: row.id,
      image: row.image,
      reference: scores.reference[index] as readonly Float32Array[],
      candidate: scores.candidate[index] as readonly Float32Array[],
      nearCopyOf,
      source: row.source,
      label: labels?.get(row.id) ?? null,
    });
  }
}

/** A picture's row as numbers, whatever the model takes. */
function rowOf(tensor: Batch['inputs'][number], row: number): Float32Array {
  const size = tensor.shape.slice(1).reduce((product, each) => product * each, 1);
  if (tensor.dtype === 'float32') return float32Elements(tensor).subarray(row * size, (row + 1) * size);
  return Float32Array.from(tensor.data.subarray(row * size, (row + 1) * size));
}

function policyOf(path: string | undefined, manifest: Manifest): Policy | null {
  const classes = manifest.classes ?? undefined;
  if (path !== undefined) return loadPolicy(path, classes);
  return manifest.policy === null || manifest.policy === undefined ? null : parsePolicy(manifest.policy, 'manifest.json: policy', classes);
}

function nothingToCompare(source: BatchSource): TorchliftError {
  return new TorchliftError('usage', {
    what: source.skipped.length === 0 ? 'has no images' : `has no image that could be read (${source.skipped.length} files skipped)`,
    where: source.description,
    details: source.skipped.slice(0, 10).map(({ path, reason }) => `${path}: ${reason}`),
    remedy: existsSync(source.description) ? 'Name a folder with JPEG, PNG, GIF or BMP files.' : 'Check the path.',
  });
}
