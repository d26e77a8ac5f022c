import { neighbours } from './neighbours.ts';
import { type Choices, type PipelineChoice, SIMPLEST } from './pipeline-space.ts';
import type { PipelineTrials } from './pipeline-trials.ts';
import { race } from './race.ts';

export interface SearchOptions {
  readonly trials: PipelineTrials;
  /** What the images tell apart. */
  readonly choices: Choices;
  /** All images, those that tell most first. */
  readonly order: readonly number[];
  /** A share of the work, from 0 to 1. */
  readonly onProgress: (share: number) => void;
}

/** One that takes single pixels, one that averages, one that takes the nearest: which it is matters more than the kernel's form. */
const FIRST_RESIZES: readonly PipelineChoice['resize'][] = [
  SIMPLEST.resize,
  { kernel: 'bilinear', library: 'pillow' },
  { kernel: 'nearest', library: 'pillow' },
];

/** How many go on after each image, in each of the looks. On 24 pipelines drawn at random the right ones stood well above these. */
const FRAMES_AND_VALUES = [350, 200, 120, 80, 60, 50, 40, 30];
const SECOND_JPEGS = [80, 60, 40, 30, 20, 16, 14, 12];
const KERNELS = [120, 60, 40, 24, 16, 12, 10, 8];
const ROUND = [120, 60, 30, 20, 12, 8, 8, 6];
const MAX_ROUNDS = 5;

/**
 * Looks for the pipeline behind which the model answers most nearly as recorded. First what decides most, together, since each hides the others:
 * values × channel order × frame × orientation × kind of resize. Then a second JPEG, the kernel's form, and rounds over all neighbours of the
 * nearest. Ends as soon as one reproduces every image. Nearest first.
 */
export async function searchPipelines({ trials, choices, order, onProgress }: SearchOptions): Promise<readonly PipelineChoice[]> {
  let right: PipelineChoice | undefined;
  const look = (pipelines: readonly PipelineChoice[], keep: readonly number[], [from, to]: readonly [number, number], skip = 0) =>
    race(pipelines, {
      trials,
      images: [...order.slice(skip), ...order.slice(0, skip)].slice(0, keep.length),
      keep,
      isOver: async (nearest, seen) => {
        if (await trials.isRight(nearest, seen)) right = nearest;
        return right !== undefined;
      },
      onProgress: (share) => onProgress(from + share * (to - from)),
    });
  let standing = await look(firstLook(choices), FRAMES_AND_VALUES, [0, 0.5]);
  if (right !== undefined) return standing;
  standing = await look(
    standing.flatMap((choice) => choices.reEncode.map((reEncode) => ({ ...choice, reEncode }))),
    SECOND_JPEGS,
    [0.5, 0.6],
  );
  if (right !== undefined) return standing;
  standing = await look(
    standing.flatMap((choice) => choices.resize.map((resize) => ({ ...choice, resize }))),
    KERNELS,
    [0.6, 0.75],
  );
  let best = '';
  for (let round = 0; round < MAX_ROUNDS && right === undefined; round++) {
    // Each on other images first, so that none decides alone.
    const around = [
      ...standing.flatMap((choice) => neighbours(choice, choices)),
      ...standing.slice(0, 2).flatMap((choice) => hidingPairs(choice, choices)),
    ];
    standing = await look(around, ROUND, [0.75 + round / (4 * MAX_ROUNDS), 0.75 + (round + 1) / (4 * MAX_ROUNDS)], round);
    if (best === JSON.stringify(standing[0])) break;
    best = JSON.stringify(standing[0]);
  }
  return standing;
}

function firstLook(choices: Choices): readonly PipelineChoice[] {
  const decodings = choices.decoding.filter(({ decoder }) => decoder === choices.decoding[0]?.decoder);
  return FIRST_RESIZES.flatMap((resize) =>
    decodings.flatMap((decoding) =>
      choices.frame.flatMap((frame) =>
        choices.order.flatMap((order) => choices.values.map((values) => ({ ...SIMPLEST, resize, decoding, frame, order, values }))),
      ),
    ),
  );
}

/** Dimensions that hide each other: a second JPEG blurs what the kernel left, a decoder's errors are as small as a kernel's. */
function hidingPairs(choice: PipelineChoice, choices: Choices): readonly PipelineChoice[] {
  const both = <A extends keyof PipelineChoice, B extends keyof PipelineChoice>(first: A, second: B) =>
    choices[first].flatMap((a) => choices[second].map((b) => ({ ...choice, [first]: a, [second]: b })));
  return [...both('reEncode', 'resize'), ...both('decoding', 'resize'), ...both('decoding', 'reEncode')];
}
