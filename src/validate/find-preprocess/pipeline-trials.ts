import { PRESETS, type Step } from '../../preprocess/steps.ts';
import { guidingDistance } from './guiding-distance.ts';
import type { Answer, PipelineAnswers } from './pipeline-answers.ts';
import { type PipelineChoice, stepsOf } from './pipeline-space.ts';
import { recordedScores } from './recorded-scores.ts';
import { largestDifference, meanDistance, type ScoreDistance } from './score-distance.ts';
import type { TriedPipeline } from './tried-pipeline.ts';

export interface PipelineTrialsOptions {
  readonly answers: Pick<PipelineAnswers, 'of' | 'prepare' | 'keyOf' | 'leaveUpright'>;
  /** One row for each image, all outputs in one. */
  readonly recorded: readonly Float32Array[];
  /** Of the model's input. */
  readonly size: readonly [height: number, width: number];
}

/** Float32 through two frameworks differs by a millionth, through two processors by some. */
const FLOAT_NOISE = 1e-5;
/** On fewer images one might be right by chance. */
const FIRST_PROOF = 2;

/** Pipelines held against what was recorded. */
export class PipelineTrials {
  /** The positions of all images. */
  readonly images: readonly number[];
  readonly #options: PipelineTrialsOptions;
  /** What led the search, and what a score that was rounded, and computed elsewhere, is off by at most. */
  readonly #guide: ScoreDistance;
  readonly #tolerance: number;
  readonly #tried = new Set<string>();
  #best: TriedPipeline | undefined;

  constructor(options: PipelineTrialsOptions) {
    this.#options = options;
    this.images = options.recorded.map((_, image) => image);
    this.#guide = guidingDistance(options.recorded);
    this.#tolerance = recordedScores(options.recorded).step / 2 + FLOAT_NOISE;
  }

  /** How many pipelines were looked at. */
  get count(): number {
    return this.#tried.size;
  }

  /** The nearest of those that were judged on all images. */
  get best(): TriedPipeline | undefined {
    return this.#best;
  }

  stepsOf(choice: PipelineChoice): readonly Step[] {
    return stepsOf(choice, ...this.#options.size);
  }

  /** The choices, nearest on these images first. */
  async rank(choices: readonly PipelineChoice[], images: readonly number[]): Promise<readonly PipelineChoice[]> {
    const pipelines = choices.map((choice) => this.stepsOf(choice));
    const answers = await this.#answers(pipelines, images);
    const expected = images.map((image) => this.#options.recorded[image] as Float32Array);
    return choices
      .map((choice, index) => ({ choice, far: meanDistance(answers[index] as readonly Answer[], expected, this.#guide) }))
      .sort((a, b) => a.far - b.far)
      .map(({ choice }) => choice);
  }

  /** Pipelines on all images; those that can't prepare one of them are left out. */
  async judge(pipelines: readonly (readonly Step[])[]): Promise<readonly TriedPipeline[]> {
    const answers = await this.#answers(pipelines, this.images);
    return pipelines.flatMap((steps, index) => {
      const scores = (answers[index] as readonly Answer[]).filter((answer) => answer !== null);
      if (scores.length < this.images.length) return [];
      const distance = meanDistance(scores, this.#options.recorded, largestDifference);
      const reproduces = scores.every((row, image) => this.#isNear(row, image));
      const tried = { steps, preset: presetOf(steps), distance, reproduces, scores };
      if (this.#best === undefined || distance < this.#best.distance) this.#best = tried;
      return [tried];
    });
  }

  /** Whether a choice that reproduces these images does so with all; on too few of them it isn't tried. */
  async isRight(choice: PipelineChoice, images: readonly number[]): Promise<boolean> {
    if (images.length < Math.min(FIRST_PROOF, this.images.length)) return false;
    const steps = this.stepsOf(choice);
    const [seen] = await this.#answers([steps], images);
    if (!seen?.every((answer, index) => answer !== null && this.#isNear(answer, images[index] as number))) return false;
    return (await this.judge([steps])).some(({ reproduces }) => reproduces);
  }

  /** By image, how far the answers behind these pipelines lie from each other on average. */
  async spread(pipelines: readonly (readonly Step[])[]): Promise<readonly number[]> {
    const answers = await this.#answers(pipelines, this.images);
    return this.images.map((image) => {
      const rows = answers.flatMap((own) => own[image] ?? []);
      const apart = rows.flatMap((left, index) => rows.slice(index + 1).map((right) => this.#guide(left, right)));
      return apart.reduce((sum, far) => sum + far, 0) / Math.max(1, apart.length);
    });
  }

  /** So that `rowsOf` tells which are one, without running the model. */
  async prepare(choices: readonly PipelineChoice[]): Promise<void> {
    await this.#options.answers.prepare(
      choices.map((choice) => this.stepsOf(choice)),
      this.images,
    );
  }

  /** The same for choices that make the same rows of these images. Of what was asked or prepared. */
  rowsOf(choice: PipelineChoice, images: readonly number[]): string {
    const steps = this.stepsOf(choice);
    return images.map((image) => this.#options.answers.keyOf(steps, image)).join();
  }

  async #answers(pipelines: readonly (readonly Step[])[], images: readonly number[]): Promise<readonly (readonly Answer[])[]> {
    for (const steps of pipelines) this.#tried.add(JSON.stringify(steps));
    return this.#options.answers.of(pipelines, images);
  }

  #isNear(answer: Float32Array, image: number): boolean {
    return largestDifference(answer, this.#options.recorded[image] as Float32Array) <= this.#tolerance;
  }
}

function presetOf(steps: readonly Step[]): string | null {
  const key = JSON.stringify(steps);
  return Object.entries(PRESETS).find(([, preset]) => JSON.stringify(preset) === key)?.[0] ?? null;
}
