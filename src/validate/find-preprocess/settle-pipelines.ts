import { neighbours } from './neighbours.ts';
import { CHOICES, DIMENSIONS, type PipelineChoice } from './pipeline-space.ts';
import type { PipelineTrials } from './pipeline-trials.ts';
import { race } from './race.ts';
import type { TriedPipeline } from './tried-pipeline.ts';

export interface SettleOptions {
  readonly trials: PipelineTrials;
  /** What the search has left, nearest first. */
  readonly standing: readonly PipelineChoice[];
  /** All images, those that tell most first. */
  readonly order: readonly number[];
  /** A share of the work, from 0 to 1. */
  readonly onProgress: (share: number) => void;
}

/** How many stay in question after each image. */
const KEEP = [30, 20, 16, 12, 10, 8];
/** A neighbour may turn out nearer, and then has neighbours of its own. */
const MAX_MOVES = 3;
/** Combinations that are looked at; squares of the model's own size have hundreds that are one. */
const MOST_COMBINATIONS = 100;

/**
 * What was nearest, with all that it has to be told apart from, on all images: its neighbours, the next best among them, and what makes the same
 * rows of every image.
 */
export async function settlePipelines({ trials, standing, order, onProgress }: SettleOptions): Promise<readonly TriedPipeline[]> {
  const tried = new Map<string, TriedPipeline>();
  const judge = async (choices: readonly PipelineChoice[]) => {
    for (const pipeline of await trials.judge(choices.map((choice) => trials.stepsOf(choice)))) tried.set(JSON.stringify(pipeline.steps), pipeline);
  };
  const distanceOf = (choice: PipelineChoice) => tried.get(JSON.stringify(trials.stepsOf(choice)))?.distance ?? Number.POSITIVE_INFINITY;
  let [best] = standing;
  for (let move = 0; move < MAX_MOVES && best !== undefined; move++) {
    const around = [...standing.slice(0, KEEP.length), ...neighbours(best, CHOICES)];
    const near = await race(around, {
      trials,
      images: order,
      keep: KEEP,
      onProgress: (share) => onProgress((move + share) / MAX_MOVES),
    });
    await judge([best, ...near]);
    const nearest = near.reduce((left, right) => (distanceOf(right) < distanceOf(left) ? right : left), best);
    if (nearest === best) break;
    best = nearest;
  }
  if (best !== undefined) await judge(await sameRows(best, trials));
  return [...tried.values()];
}

/** Those that make the same rows of all images: of each dimension what alone does so, and these together. */
async function sameRows(choice: PipelineChoice, trials: PipelineTrials): Promise<readonly PipelineChoice[]> {
  const isSame = (other: PipelineChoice) => trials.rowsOf(other, trials.images) === trials.rowsOf(choice, trials.images);
  let combinations: readonly PipelineChoice[] = [choice];
  for (const key of DIMENSIONS) {
    const same = CHOICES[key].filter((value) => isSame({ ...choice, [key]: value }));
    const more = combinations.flatMap((each) => same.map((value) => ({ ...each, [key]: value })));
    combinations = more.length > MOST_COMBINATIONS ? [...combinations, ...same.map((value) => ({ ...choice, [key]: value }))] : more;
  }
  await trials.prepare(combinations);
  return combinations.filter(isSame);
}
