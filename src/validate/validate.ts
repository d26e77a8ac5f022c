import { EVIDENCE_SCHEMA, type Stage, type ValidationEvidence } from '../bundle/evidence/validation-evidence.ts';
import type { Manifest } from '../bundle/manifest.ts';
import { readManifest } from '../bundle/read-bundle.ts';
import { TorchliftError } from '../core/errors.ts';
import { machine } from '../core/machine.ts';
import { version } from '../core/version.ts';
import type { Device } from '../engines/engine.ts';
import type { Progress } from '../engines/runtimes/ensure-runtime.ts';
import { sliceRows } from '../engines/slice-rows.ts';
import type { Tensor } from '../engines/tensor.ts';
import { policyOf } from '../policy/policy-of.ts';
import { isTensorFlowPipeline } from '../preprocess/is-tensorflow-pipeline.ts';
import type { Step } from '../preprocess/steps.ts';
import { ahead } from './ahead.ts';
import { askBoth } from './ask-both.ts';
import { askReference } from './ask-reference.ts';
import type { RefusedImage } from './batch.ts';
import { compareSource } from './compare-source.ts';
import { Comparison } from './comparison.ts';
import { findPreprocess } from './find-preprocess/find-preprocess.ts';
import type { OpenedSource } from './inputs/opened-source.ts';
import { compareLayers } from './layers/compare-layers.ts';
import { NearCopyIndex } from './near-copies/near-copy-index.ts';
import { type Candidate, openCandidate, type ValidatedPrecision, verifiedModel } from './open-candidate.ts';
import { openReference, RECORDED, type Reference } from './open-reference.ts';
import { openSource, type SourceOptions } from './open-source.ts';
import type { Sample, Scores } from './sample.ts';
import { StageComparison } from './stages/stage-comparison.ts';

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
  /** Whether a file that is skipped fails it. */
  readonly strict?: boolean;
  /** Compares every layer call too, on the first rows; the reference must be a Keras file. */
  readonly layers?: boolean;
  /** First finds the pipeline that reproduces the recorded scores, and validates with it. */
  readonly findPreprocess?: boolean;
  /** How many flips are listed; 1,000 where omitted. */
  readonly listedFlips?: number;
  readonly onProgress?: (done: number, total: number, line: string) => void;
}

const LISTED_FLIPS = 1000;
const LISTED_SKIPS = 1000;
const LISTED_STAGE_FLIPS = 20;

/**
 * Runs the original and a bundle on the same inputs and says how far they decide alike. The bundle's files are verified before they are used;
 * nothing is written. A worker that dies or hangs costs one retry.
 *
 * Errors: `usage` (no reference, other outputs, a variant that isn't in the bundle), `file-not-found`, `malformed-file`, `hash-mismatch`,
 * `not-a-model`, `runtime-unavailable`, `worker-failed`, `remote-failed`.
 */
export async function validate(options: ValidateOptions): Promise<ValidationEvidence> {
  const { candidate: bundle, precision = 'fp32', device = 'auto', minAgreement = 0.99, strict = false, onProgress = () => {} } = options;
  const manifest = readManifest(bundle);
  const policy = policyOf(options.policy, manifest);
  // Before minutes are spent on starting frameworks.
  const model = verifiedModel(bundle, manifest, precision);
  checkLabels(options);
  const progress: Progress = (line) => onProgress(0, 0, line);
  const warnings: string[] = [];
  const onRestart = (why: string) => {
    warnings.push(`a worker was replaced: ${why}`);
    progress(`a worker was replaced: ${why}`);
  };
  const opened: { close(): Promise<void> }[] = [];
  try {
    let started: Candidate | undefined;
    const startCandidate = async () => {
      if (started !== undefined) return started;
      progress('starting the candidate');
      started = await openCandidate({ model, manifest, precision, device, progress, onRestart });
      opened.push(started.engine);
      return started;
    };
    // What is wrong with the inputs is told before any framework starts.
    const found = options.findPreprocess ? await findPreprocess({ ...options, manifest, startCandidate, progress, onRestart }) : undefined;
    const steps = found?.found ? (found.steps as readonly Step[]) : undefined;
    const source = await openSource(bundle, manifest, { ...options, ...(steps && { preprocess: steps }) }, progress, onRestart);
    opened.push(source);
    progress('starting the reference');
    const reference = source.isRecorded ? RECORDED : await openReference(options.reference, manifest, progress, onRestart);
    if (reference.engine !== null) opened.push(reference.engine);
    const candidate = await startCandidate();
    const stage = stageOf(reference, source);
    const nearCopies = source.arePictures ? new NearCopyIndex(source.ranges.length) : null;
    if (nearCopies !== null) opened.push({ close: async () => nearCopies.close() });
    const { labels, prevalence, matchThresholds = false, listedFlips = LISTED_FLIPS } = options;
    const counted = { manifest, policy, minAgreement, stage, source, nearCopies, labels, prevalence, matchThresholds, listedFlips };
    let comparison: Comparison | undefined;
    let stages: StageComparison | undefined;
    let firstRows: readonly Tensor[] | undefined;
    const refused: RefusedImage[] = [];
    let done = 0;
    // One batch is decoded and another one asked while the last is counted.
    for await (const { batch, answers } of ahead(askBoth(ahead(source.batches()), reference, candidate))) {
      let samples: readonly Sample[] = [];
      if (answers !== null) {
        firstRows ??= batch.inputs.map((input) => sliceRows(input, 0, LAYER_ROWS));
        comparison ??= new Comparison(counted, answers.candidate);
        stages ??= stageComparison(reference, source, comparison);
        samples = comparison.add(batch, answers);
      }
      await stages?.add(batch, samples);
      if (stage === 'bytes') refused.push(...(batch.refused ?? []));
      if (comparison !== undefined) for (const [id, scores] of await answersTo(refused.splice(0), reference)) comparison.addRefused(id, scores);
      done += batch.rows.length;
      onProgress(done, source.total, comparison?.words() ?? '');
    }
    if (comparison === undefined || firstRows === undefined) throw nothingToCompare(source);
    const { processor, cores, system } = machine();
    const outcome = comparison.evidence();
    const layers = options.layers ? await lookIntoLayers(bundle, manifest, reference, candidate, firstRows, progress) : {};
    return {
      schema: EVIDENCE_SCHEMA,
      kind: 'validation',
      tool: { name: 'torchlift', version: version() },
      created: new Date().toISOString(),
      machine: { processor, cores, system, gpu: candidate.engine.device === 'cpu' ? null : candidate.engine.device },
      reference: reference.side,
      candidate: candidate.side,
      policy,
      data: source.description,
      stage,
      stages: stages?.evidence() ?? [comparison.stageEvidence()],
      skipped: { total: source.skipped.length, files: source.skipped.slice(0, LISTED_SKIPS) },
      ...(source.pipeline !== null && { probes: source.pipeline.probes }),
      ...(found && { preprocess: found }),
      ...layers,
      warnings: [...warnings, ...reference.warnings, ...source.warnings, ...comparison.warnings],
      ...outcome,
      strict,
      passed: outcome.passed && !(strict && source.skipped.length > 0),
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

/** What both sides are given alike. Errors: `usage` where the reference takes images' bytes and there are none. */
function stageOf({ engine, decoding, side }: Reference, { pipeline, description }: OpenedSource): Stage {
  if (decoding !== null && pipeline === null) {
    throw new TorchliftError('usage', {
      what: `takes the bytes of images, and ${description} has none`,
      where: side.model,
      remedy: 'Give a folder of images with --images.',
    });
  }
  // What production answered to a file, it answered behind a decoder of its own.
  return decoding !== null || (engine === null && pipeline !== null) ? 'bytes' : 'tensors';
}

/** Where the original runs here and TensorFlow has an operation for every step of the pipeline. */
function stageComparison(reference: Reference, { pipeline, total }: OpenedSource, comparison: Comparison): StageComparison | undefined {
  const { worker } = reference;
  if (worker === null || pipeline === null || !isTensorFlowPipeline(pipeline.steps)) return undefined;
  return new StageComparison({ reference, worker, pipeline, total, newAccumulator: () => comparison.newAccumulator(LISTED_STAGE_FLIPS) });
}

/** What the reference answers, or was recorded to answer, to images that the candidate's pipeline refused. */
async function answersTo(refused: readonly RefusedImage[], reference: Reference): Promise<readonly (readonly [string, Scores])[]> {
  const asked =
    reference.engine === null ? refused.map(({ scores }) => scores) : await askReference(reference, { images: refused.map(({ bytes }) => bytes) });
  return refused.flatMap(({ id }, index) => {
    const scores = asked[index] ?? null;
    return scores === null ? [] : [[id, scores] as const];
  });
}

function checkLabels({ labels, images, inputs }: ValidateOptions): void {
  if (labels === undefined || images !== undefined || inputs !== undefined) return;
  throw new TorchliftError('usage', {
    what: 'has nothing to be about: generated inputs have no true classes',
    where: '--labels',
    remedy: 'Give the images that the labels name with --images.',
  });
}

function nothingToCompare({ skipped, description, pipeline }: OpenedSource): TorchliftError {
  const kind = pipeline === null ? 'row' : 'image';
  return new TorchliftError('usage', {
    what: skipped.length === 0 ? `has no ${kind}s` : `has no ${kind} that could be read (${skipped.length} files skipped)`,
    where: description,
    details: skipped.slice(0, 10).map(({ path, reason }) => `${path}: ${reason}`),
    remedy: pipeline === null ? 'Give a file with one row at least.' : 'Give JPEG, PNG, GIF or BMP files.',
  });
}
