import { PRESETS, type Step } from '../../preprocess/steps.ts';
import { CHOICES, DIMENSIONS, type PipelineChoice, SIMPLEST, stepsOf } from './pipeline-space.ts';

/** A pipeline with what the model answers behind it. */
export interface TriedPipeline {
  readonly steps: readonly Step[];
  /** The preset's name, where it is one. */
  readonly preset: string | null;
  /** Mean over the images of the largest difference of a score from the recorded one; infinite where an image can't be prepared so. */
  readonly distance: number;
  /** One row of scores for each image. */
  readonly scores: readonly Float32Array[];
}

/** The scores of each image behind each pipeline, in their order; undefined where one image can't be prepared. */
export type AskPipelines = (
  pipelines: readonly (readonly Step[])[],
  images: readonly number[],
) => Promise<readonly (readonly Float32Array[] | undefined)[]>;

export interface SearchOptions {
  /** One row for each image, all outputs in one. */
  readonly recorded: readonly Float32Array[];
  readonly height: number;
  readonly width: number;
  readonly ask: AskPipelines;
  readonly onProgress: (tried: number, best: number) => void;
}

/** Carried from round to round: a wrong choice in one dimension can hide which is right in another. */
const BEAM = 5;
/** The first, widest look is on so many images, the beam's rounds on more, the finalists on all. */
const FIRST_IMAGES = 3;
const ROUND_IMAGES = 8;
/** How many of the first look go on. */
const SURVIVORS = 40;
/** A round that brings the best no nearer than this ends the search; float32 through two frameworks differs by a millionth. */
const ENOUGH = 1e-5;
const MAX_ROUNDS = 8;
/** How many of those near the best are asked on all images. */
const FINALISTS = 40;

/**
 * Finds the pipelines behind which a model answers most nearly as recorded: all presets, a wide first look, then a beam search over decoder ×
 * orientation × frame × resize × second JPEG × channel order × values, one dimension at a time. Best first.
 */
export async function searchPipelines(options: SearchOptions): Promise<readonly TriedPipeline[]> {
  const { recorded, height, width, onProgress } = options;
  const few = spread(recorded.length, ROUND_IMAGES);
  const distances = new Map<string, number>();
  const asked = new Map<string, readonly Step[]>();
  const distanceOf = async (pipelines: readonly (readonly Step[])[]) => {
    const unknown = [...new Map(pipelines.map((steps) => [keyOf(steps), steps])).values()].filter((steps) => !distances.has(keyOf(steps)));
    const answers = await options.ask(unknown, few);
    unknown.forEach((steps, index) => {
      distances.set(
        keyOf(steps),
        distance(
          answers[index],
          few.map((image) => recorded[image] as Float32Array),
        ),
      );
      asked.set(keyOf(steps), steps);
    });
    onProgress(distances.size, Math.min(...distances.values()));
  };
  const score = (choice: PipelineChoice) => distances.get(keyOf(stepsOf(choice, height, width))) ?? Number.POSITIVE_INFINITY;
  let beam = await firstLook(options);
  await distanceOf([...Object.values(PRESETS), ...beam.map((choice) => stepsOf(choice, height, width))]);
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < MAX_ROUNDS; round++) {
    beam = nearest(beam, score);
    const reached = score(beam[0] as PipelineChoice);
    if (round > 0 && (reached <= ENOUGH || reached >= best - ENOUGH)) break;
    best = reached;
    const candidates = beam.flatMap(neighbours);
    await distanceOf(candidates.map((choice) => stepsOf(choice, height, width)));
    beam = [...beam, ...candidates];
  }
  // The neighbours of the winner are what it has to be told apart from.
  const close = neighbours(nearest(beam, score)[0] as PipelineChoice).map((choice) => stepsOf(choice, height, width));
  await distanceOf(close);
  const finalists = [...asked].sort(([a], [b]) => (distances.get(a) as number) - (distances.get(b) as number)).slice(0, FINALISTS);
  const all = recorded.map((_, image) => image);
  const pipelines = finalists.map(([, steps]) => steps);
  const answers = await options.ask(pipelines, all);
  return pipelines
    .flatMap((steps, index): TriedPipeline[] => {
      const scores = answers[index];
      return scores === undefined ? [] : [{ steps, preset: presetOf(steps), distance: distance(scores, recorded), scores }];
    })
    .sort((a, b) => a.distance - b.distance || a.steps.length - b.steps.length);
}

/** One that takes single pixels, and one that averages: which it is matters more than the kernel's form. */
const FIRST_RESIZES: readonly PipelineChoice['resize'][] = [SIMPLEST.resize, { kernel: 'bicubic', library: 'pillow' }];

/**
 * What decides most is looked at together, since each hides the others: values × channel order × frame × orientation × averaging. The kernel's
 * form, the decoder and a second JPEG move scores less, and are left to the rounds.
 */
async function firstLook({ recorded, height, width, ask, onProgress }: SearchOptions): Promise<readonly PipelineChoice[]> {
  const images = spread(recorded.length, FIRST_IMAGES);
  const choices = FIRST_RESIZES.flatMap((resize) =>
    CHOICES.frame.flatMap((frame) =>
      CHOICES.orient.flatMap((orient) =>
        CHOICES.order.flatMap((order) => CHOICES.values.map((values) => ({ ...SIMPLEST, resize, frame, orient, order, values }))),
      ),
    ),
  );
  const answers = await ask(
    choices.map((choice) => stepsOf(choice, height, width)),
    images,
  );
  const expected = images.map((image) => recorded[image] as Float32Array);
  const ranked = choices.map((choice, index) => ({ choice, far: distance(answers[index], expected) })).sort((a, b) => a.far - b.far);
  onProgress(choices.length, ranked[0]?.far ?? Number.POSITIVE_INFINITY);
  return ranked.slice(0, SURVIVORS).map(({ choice }) => choice);
}

/** All that differ in one dimension. */
function neighbours(choice: PipelineChoice): readonly PipelineChoice[] {
  return DIMENSIONS.flatMap((key) => CHOICES[key].map((value) => ({ ...choice, [key]: value })));
}

function nearest(choices: readonly PipelineChoice[], score: (choice: PipelineChoice) => number): readonly PipelineChoice[] {
  const unique = [...new Map(choices.map((choice) => [JSON.stringify(choice), choice])).values()];
  return unique.sort((a, b) => score(a) - score(b)).slice(0, BEAM);
}

/** `count` positions spread over `total`. */
function spread(total: number, count: number): readonly number[] {
  return total <= count
    ? Array.from({ length: total }, (_, index) => index)
    : Array.from({ length: count }, (_, index) => Math.floor((index * total) / count));
}

function distance(scores: readonly Float32Array[] | undefined, recorded: readonly Float32Array[]): number {
  if (scores === undefined) return Number.POSITIVE_INFINITY;
  const sum = scores.reduce((total, row, image) => total + largestDifference(row, recorded[image] as Float32Array), 0);
  return sum / Math.max(1, scores.length);
}

/** Infinite where a score is no number on one side. */
export function largestDifference(left: Float32Array, right: Float32Array): number {
  let largest = 0;
  for (const [index, value] of left.entries()) {
    const difference = Math.abs(value - (right[index] as number));
    if (Number.isNaN(difference)) return Number.POSITIVE_INFINITY;
    if (difference > largest) largest = difference;
  }
  return largest;
}

const keyOf = (steps: readonly Step[]): string => JSON.stringify(steps);

function presetOf(steps: readonly Step[]): string | null {
  const key = keyOf(steps);
  return Object.entries(PRESETS).find(([, preset]) => keyOf(preset) === key)?.[0] ?? null;
}
