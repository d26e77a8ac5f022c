import type { PortRecord } from '../../bundle/manifest.ts';
import type { Engine, RunOptions } from '../../engines/engine.ts';
import type { Preprocessor } from '../../engines/open-preprocessor.ts';
import { float32Elements, type Tensor } from '../../engines/tensor.ts';
import type { Step } from '../../preprocess/steps.ts';
import { asInput } from '../inputs/as-input.ts';
import { stackRows } from '../inputs/stack-rows.ts';
import { joinScores } from './join-scores.ts';

export interface PipelineAnswersOptions {
  readonly images: readonly Uint8Array[];
  /** The model's one input, an image of a fixed size. */
  readonly port: PortRecord;
  readonly size: readonly [height: number, width: number];
  readonly preprocessor: Pick<Preprocessor, 'variants'>;
  readonly candidate: Pick<Engine, 'run'>;
  readonly candidateOptions: RunOptions;
}

/** Pipelines that an image is prepared by in one request, and rows that the model runs at once. */
const BATCH = 32;

/** The scores of all outputs in one; null where the image can't be prepared so, or not to the model's size. */
export type Answer = Float32Array | null;

/** What the model answers to images behind pipelines. A row that came up before, by whatever pipeline, isn't run again. */
export class PipelineAnswers {
  readonly #options: PipelineAnswersOptions;
  /** By image and steps the row's key. */
  readonly #keys: Map<string, string | null>[];
  readonly #scores = new Map<string, Answer>();
  readonly #upright = new Set<number>();
  #prepared = 0;
  #runs = 0;

  constructor(options: PipelineAnswersOptions) {
    this.#options = options;
    this.#keys = options.images.map(() => new Map());
  }

  /** What it cost so far: rows that were prepared, and rows that the model ran. */
  get cost(): { readonly prepared: number; readonly runs: number } {
    return { prepared: this.#prepared, runs: this.#runs };
  }

  /** From now on a step that would turn these images as their EXIF block says is left out: theirs turns nothing. */
  leaveUpright(images: readonly number[]): void {
    for (const image of images) this.#upright.add(image);
  }

  /** For each pipeline the answers to these images, in their order. Errors: those of the workers. */
  async of(pipelines: readonly (readonly Step[])[], images: readonly number[]): Promise<readonly (readonly Answer[])[]> {
    const waiting = new Map<string, Tensor>();
    let running = Promise.resolve();
    // The model runs one batch while the next is prepared.
    const run = async (least: number) => {
      while (waiting.size >= least) {
        await running;
        const batch = [...waiting].slice(0, BATCH);
        for (const [key] of batch) waiting.delete(key);
        running = this.#run(batch);
        running.catch(() => {}); // thrown where it is awaited
      }
    };
    try {
      for (const image of images) {
        const unanswered = pipelines.filter((steps) => {
          const key = this.#keys[image]?.get(this.#nameOf(steps, image));
          return key === undefined || (key !== null && !this.#scores.has(key));
        });
        for await (const rows of this.#prepare(image, unanswered)) {
          for (const [key, row] of rows) this.#enter(key, row, waiting);
          await run(BATCH);
        }
      }
      await run(1);
    } finally {
      await running;
    }
    return pipelines.map((steps) => images.map((image) => this.#scores.get(this.keyOf(steps, image) ?? '') ?? null));
  }

  /** Only prepares these images, so that `keyOf` tells which pipelines are one to them. Errors: those of the worker. */
  async prepare(pipelines: readonly (readonly Step[])[], images: readonly number[]): Promise<void> {
    for (const image of images) {
      const unknown = pipelines.filter((steps) => !this.#keys[image]?.has(this.#nameOf(steps, image)));
      for await (const _ of this.#prepare(image, unknown));
    }
  }

  /** The same for pipelines that make the same row of an image; null where it can't be prepared so. Of what was asked. */
  keyOf(steps: readonly Step[], image: number): string | null {
    return this.#keys[image]?.get(this.#nameOf(steps, image)) ?? null;
  }

  /** The rows of some pipelines at a time, each once. */
  async *#prepare(image: number, pipelines: readonly (readonly Step[])[]): AsyncGenerator<ReadonlyMap<string, Tensor>> {
    const { preprocessor, images, size } = this.#options;
    // What begins alike lies together, so that its frames are still there.
    const unique = [...new Map(pipelines.map((steps) => [this.#nameOf(steps, image), this.#stepsFor(steps, image)]))].sort(([a], [b]) =>
      a < b ? -1 : 1,
    );
    for (let from = 0; from < unique.length; from += BATCH) {
      const some = unique.slice(from, from + BATCH);
      const asked = some.map(([, steps]) => steps);
      const { keys, rows } = await preprocessor.variants(images[image] as Uint8Array, asked, ...size);
      this.#prepared += some.length;
      some.forEach(([name], index) => {
        this.#keys[image]?.set(name, keys[index] ?? null);
      });
      yield rows;
    }
  }

  #enter(key: string, row: Tensor, waiting: Map<string, Tensor>): void {
    if (this.#scores.has(key)) return;
    const { port } = this.#options;
    const input = asInput(row, port);
    // What isn't the model's size (cut from a small image, say) can't be what production did.
    if (input.shape.every((size, axis) => axis === 0 || size === port.shape[axis])) waiting.set(key, input);
    this.#scores.set(key, null);
  }

  #stepsFor(steps: readonly Step[], image: number): readonly Step[] {
    return this.#upright.has(image) ? steps.filter(({ step }) => step !== 'orient') : steps;
  }

  #nameOf(steps: readonly Step[], image: number): string {
    return JSON.stringify(this.#stepsFor(steps, image));
  }

  async #run(batch: readonly (readonly [string, Tensor])[]): Promise<void> {
    const { outputs } = await this.#options.candidate.run([stackRows(batch.map(([, row]) => row))], this.#options.candidateOptions);
    this.#runs += batch.length;
    const elements = outputs.map(float32Elements);
    batch.forEach(([key], row) => {
      const of = (all: Float32Array) => all.subarray((row * all.length) / batch.length, ((row + 1) * all.length) / batch.length);
      this.#scores.set(key, joinScores(elements.map(of)));
    });
  }
}
