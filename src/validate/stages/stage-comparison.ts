import type { Stage, StageEvidence } from '../../bundle/evidence/validation-evidence.ts';
import { invariant } from '../../core/errors.ts';
import { sliceRows } from '../../engines/slice-rows.ts';
import type { Tensor } from '../../engines/tensor.ts';
import type { WorkerEngine } from '../../engines/worker-engine.ts';
import type { AgreementAccumulator } from '../agreement/accumulate-agreement.ts';
import { askReference } from '../ask-reference.ts';
import type { Batch } from '../batch.ts';
import type { Pipeline } from '../inputs/open-pipeline.ts';
import { stackRows } from '../inputs/stack-rows.ts';
import type { Reference } from '../open-reference.ts';
import type { Sample, Scores } from '../sample.ts';
import { StageTally } from './stage-tally.ts';
import { type TensorflowRow, tensorflowRows } from './tensorflow-rows.ts';

export interface StageOptions {
  readonly reference: Reference;
  /** The same, where it can be asked for TensorFlow's operations. */
  readonly worker: WorkerEngine;
  /** Of steps that TensorFlow has operations for. */
  readonly pipeline: Pipeline;
  /** How many images there will be. */
  readonly total: number;
  readonly newAccumulator: () => AgreementAccumulator;
}

/**
 * Where TensorFlow runs the pipeline a second time, some images show how it differs as well as all of them: a tenth, which costs a few percent of a
 * validation, but enough to see a difference on one in fifty.
 */
const SHARE = 0.1;
const LEAST_IMAGES = 128;
const MOST_IMAGES = 256;
/** Of decoded pixels on their way to TensorFlow at once. */
const MAX_PIXEL_BYTES = 64 << 20;

const STAGES = ['tensors', 'pixels', 'bytes'] as const satisfies readonly Stage[];

/**
 * Where a difference comes from: both sides are given the same tensors, the same decoded pixels, the same files, and from there on each goes its
 * own way, the reference by TensorFlow's own operations, the candidate by the bundle's pipeline. A model input that comes out bit for bit the same
 * has the same scores, so only the others are run again. Batches are taken at even distances.
 */
export class StageComparison {
  readonly #options: StageOptions;
  readonly #tallies: Readonly<Record<Stage, StageTally>>;
  readonly #every: number;
  #images = 0;
  #taken = 0;
  #isDue = true;

  constructor(options: StageOptions) {
    this.#options = options;
    const { total } = options;
    this.#every = Math.max(1, total / Math.min(MOST_IMAGES, Math.max(LEAST_IMAGES, SHARE * total)));
    this.#tallies = { tensors: this.#tally('tensors'), pixels: this.#tally('pixels'), bytes: this.#tally('bytes') };
  }

  #tally(stage: Stage): StageTally {
    return new StageTally(stage, this.#options.newAccumulator());
  }

  /** `samples`: those of the batch's rows, in their order. Errors: `worker-failed`. */
  async add(batch: Batch, samples: readonly Sample[]): Promise<void> {
    // What was refused comes apart, and belongs to the rows before it.
    if (samples.length > 0) this.#isDue = this.#images >= this.#taken * this.#every;
    this.#images += samples.length;
    if (!this.#isDue) return;
    this.#taken += samples.length;
    await this.#addRefused(batch);
    for (const [from, to] of portions(samples)) {
      const part = samples.slice(from, to);
      const inputs = batch.inputs.map((input) => sliceRows(input, from, to));
      const bytes = batch.rows.slice(from, to).map(({ bytes: file }) => file as Uint8Array);
      const { steps, preprocessor } = this.#options.pipeline;
      const [theirs, ours] = await Promise.all([this.#rows(bytes.map(asTensor), steps), preprocessor.hashPixels(bytes, 'tensorflow')]);
      for (const sample of part) this.#tallies.tensors.add(sample, false);
      await this.#addStage('pixels', part, inputs, await this.#fromPixels(bytes, ours, theirs));
      await this.#addStage('bytes', part, inputs, theirs);
    }
  }

  /** What TensorFlow makes of our pixels, whose hashes are `ours`. Where its own are the same, it has done so already. */
  async #fromPixels(
    images: readonly Uint8Array[],
    ours: readonly (string | undefined)[],
    theirs: readonly (TensorflowRow | undefined)[],
  ): Promise<readonly (TensorflowRow | undefined)[]> {
    const isSame = ours.map((hash, index) => hash === theirs[index]?.pixels);
    if (isSame.every(Boolean)) return theirs;
    const { steps, preprocessor } = this.#options.pipeline;
    const pixels = await preprocessor.decode(
      images.filter((_, index) => !isSame[index]),
      'tensorflow',
    );
    const others = await this.#rows(
      pixels.map((image) => {
        invariant(image.ok, 'what was decoded once is decoded again');
        return image.row;
      }),
      steps.slice(1),
    );
    let next = 0;
    return isSame.map((same, index) => (same ? theirs[index] : others[next++]));
  }

  #rows(images: readonly Tensor[], steps: Pipeline['steps']): Promise<readonly (TensorflowRow | undefined)[]> {
    const { worker, pipeline } = this.#options;
    return tensorflowRows(worker, images, steps, pipeline.size, pipeline.port);
  }

  async #addStage(
    stage: Stage,
    samples: readonly Sample[],
    inputs: readonly Tensor[],
    theirs: readonly (TensorflowRow | undefined)[],
  ): Promise<void> {
    const isSame = theirs.map((their, index) => isEqual(sliceRows(inputs[0] as Tensor, index, index + 1), their?.row));
    const others = await this.#scoresOf(theirs.map((their, index) => (isSame[index] ? undefined : their?.row)));
    for (const [row, sample] of samples.entries()) {
      if (isSame[row]) this.#tallies[stage].add(sample, false);
      else this.#tallies[stage].add({ ...sample, reference: others[row] ?? null }, theirs[row] !== undefined);
    }
  }

  /** What the bundle's pipeline refuses, TensorFlow may take. */
  async #addRefused({ refused = [] }: Batch): Promise<void> {
    const rows = await this.#rows(
      refused.map(({ bytes }) => asTensor(bytes)),
      this.#options.pipeline.steps,
    );
    const scores = await this.#scoresOf(rows.map((each) => each?.row));
    for (const [index, { id }] of refused.entries()) {
      const reference = scores[index];
      if (reference === undefined) continue;
      this.#tallies.bytes.add({ id, image: null, reference, candidate: null, nearCopyOf: null, source: null, label: null }, false);
    }
  }

  async #scoresOf(rows: readonly (Tensor | undefined)[]): Promise<readonly (Scores | undefined)[]> {
    const there = rows.flatMap((row) => (row === undefined ? [] : [row]));
    if (there.length === 0) return rows.map(() => undefined);
    const scores = await askReference(this.#options.reference, { inputs: [stackRows(there)], rows: there.length });
    let next = 0;
    return rows.map((row) => (row === undefined ? undefined : (scores[next++] ?? undefined)));
  }

  evidence(): readonly StageEvidence[] {
    return STAGES.map((stage) => this.#tallies[stage].evidence());
  }
}

function asTensor(data: Uint8Array): Tensor {
  return { dtype: 'uint8', shape: [data.byteLength], data };
}

function isEqual(left: Tensor, right: Tensor | undefined): boolean {
  return right !== undefined && String(left.shape) === String(right.shape) && Buffer.compare(left.data, right.data) === 0;
}

/** As many of them at once as their pixels allow, as [from, to). */
function portions(samples: readonly Sample[]): readonly (readonly [number, number])[] {
  const found: [number, number][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const [index, { image }] of samples.entries()) {
    const size = image === null ? MAX_PIXEL_BYTES : image.width * image.height * 3;
    if (bytes + size > MAX_PIXEL_BYTES) {
      found.push([index, index]);
      bytes = 0;
    }
    bytes += size;
    (found.at(-1) as [number, number])[1] = index + 1;
  }
  return found;
}
