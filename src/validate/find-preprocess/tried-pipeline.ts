import type { Step } from '../../preprocess/steps.ts';

/** A pipeline with what the model answers behind it. */
export interface TriedPipeline {
  readonly steps: readonly Step[];
  /** The preset's name, where it is one. */
  readonly preset: string | null;
  /** Mean over the images of the largest difference of a score from the recorded one; infinite where an image can't be prepared so. */
  readonly distance: number;
  /** Whether every score of every image is off by no more than rounding. */
  readonly reproduces: boolean;
  /** One row of scores for each image. */
  readonly scores: readonly Float32Array[];
}
