import { neighbours } from './neighbours.ts';
import type { ImageOrder } from './order-images.ts';
import { type Choices, type PipelineChoice, SIMPLEST } from './pipeline-space.ts';
import type { PipelineTrials } from './pipeline-trials.ts';
import { type RaceOptions, race } from './race.ts';

export interface SearchOptions {
  readonly trials: PipelineTrials;
  /** What the images tell apart. */
  readonly choices: Choices;
  readonly order: ImageOrder;
  /** A share of the work, from 0 to 1. */
  readonly onProgress: (share: number) => void;
}

/** One that takes single pixels, one that averages, one that takes the nearest: which it is matters more than the kernel's form. */
const FIRST_RESIZES: readonly PipelineChoice['resize'][] = [
  SIMPLEST.resize,
  { kernel: 'bilinear', library: 'pillow' },
  { kernel: 'nearest', library: 'pillow' },
];

/** How many go on after each image. Of 80 pipelines drawn at random none lost its frame and values in the first look so. */
const FRAMES_AND_VALUES = [200, 120, 90, 70, 54, 44, 36, 30];
const SECOND_JPEGS = [100, 60, 44, 36, 30, 26, 22, 20];
const KERNELS = [140, 70, 44, 30, 22, 16, 12, 10];
const ROUND = [120, 60, 30, 20, 14, 10, 8, 8];
/** Of one guess of frame and values so many second JPEGs, and so many kernels. */
const VARIANTS = { most: 2, of: ({ decoding, frame, order, values }: PipelineChoice) => JSON.stringify([decoding, frame, order, values]) };
const MAX_ROUNDS = 4;
/** What the first look takes for the second JPEG; where none of it leads to the right one, it is repeated with the next, on other images first. */
const FIRST_JPEGS: readonly PipelineChoice['reEncode'][] = [null, 80];

/**
 * Looks for the pipeline behind which the model answers most nearly as recorded. First what decides most, together, since each hides the others:
 * values × channel order × frame × orientation × kind of resize. Then a second JPEG, the kernel's form, and rounds over all neighbours of the
 * nearest, over pairs of dimensions where these bring it no further. Ends as soon as one reproduces every image. Nearest first.
 */
export async function searchPipelines({ trials, choices, order, onProgress }: SearchOptions): Promise<readonly PipelineChoice[]> {
  let isFound = false;
  const isOver = async (nearest: PipelineChoice, seen: readonly number[]) => {
    isFound = await trials.isRight(nearest, seen);
    return isFound;
  };
  const look = (pipelines: readonly PipelineChoice[], { images, skip, keep, kin, from, to }: Look) =>
    race(pipelines, {
      trials,
      images: [...images.slice(skip), ...images.slice(0, skip)].slice(0, keep.length),
      keep,
      ...(kin && { kin }),
      isOver,
      onProgress: (share) => onProgress(from + share * (to - from)),
    });
  let standing: readonly PipelineChoice[] = [];
  for (const [pass, reEncode] of FIRST_JPEGS.entries()) {
    const at = (share: number) => (pass + share) / FIRST_JPEGS.length;
    let near = firstLook(choices, reEncode);
    near = await look(near, { images: order.straightFirst, skip: pass, keep: FRAMES_AND_VALUES, from: at(0), to: at(0.4) });
    if (isFound) return near;
    near = withEach(near, 'reEncode', choices);
    near = await look(near, { images: order.mixed, skip: pass, keep: SECOND_JPEGS, kin: VARIANTS, from: at(0.4), to: at(0.55) });
    if (isFound) return near;
    near = withEach(near, 'resize', choices);
    near = await look(near, { images: order.mixed, skip: pass, keep: KERNELS, kin: VARIANTS, from: at(0.55), to: at(0.75) });
    standing = isFound ? near : [...standing, ...near];
    let best = '';
    let isWide = false;
    for (let round = 0; round < MAX_ROUNDS && !isFound; round++) {
      const isStuck = best === JSON.stringify(standing[0]);
      if (isStuck && isWide) break;
      isWide = isStuck;
      best = JSON.stringify(standing[0]);
      const around = isWide
        ? [...standing, ...standing.slice(0, 2).flatMap((choice) => hidingPairs(choice, choices))]
        : standing.flatMap((choice) => neighbours(choice, choices));
      // Each on other images first, so that none decides alone.
      const span = { from: at(0.75 + round / (4 * MAX_ROUNDS)), to: at(0.75 + (round + 1) / (4 * MAX_ROUNDS)) };
      standing = await look(around, { images: order.mixed, skip: pass + round, keep: ROUND, ...span });
    }
    if (isFound) return standing;
  }
  return standing;
}

interface Look {
  readonly images: readonly number[];
  /** Images that come last instead of first. */
  readonly skip: number;
  readonly keep: readonly number[];
  readonly kin?: RaceOptions['kin'];
  /** The share of the work that it is. */
  readonly from: number;
  readonly to: number;
}

function firstLook(choices: Choices, reEncode: PipelineChoice['reEncode']): readonly PipelineChoice[] {
  const decodings = choices.decoding.filter(({ decoder }) => decoder === choices.decoding[0]?.decoder);
  let all: readonly PipelineChoice[] = FIRST_RESIZES.flatMap((resize) => decodings.map((decoding) => ({ ...SIMPLEST, resize, decoding, reEncode })));
  for (const key of ['frame', 'order', 'values'] as const) all = withEach(all, key, choices);
  return all;
}

/** Each with all choices of one dimension. */
function withEach(pipelines: readonly PipelineChoice[], key: keyof PipelineChoice, choices: Choices): readonly PipelineChoice[] {
  return pipelines.flatMap((choice) => choices[key].map((value) => ({ ...choice, [key]: value })));
}

/** Dimensions that hide each other: a second JPEG blurs what the kernel left, a decoder's errors are as small as a kernel's, and frames are alike. */
function hidingPairs(choice: PipelineChoice, choices: Choices): readonly PipelineChoice[] {
  const pairs = [
    ['reEncode', 'resize'],
    ['frame', 'resize'],
    ['decoding', 'resize'],
    ['decoding', 'reEncode'],
  ] as const;
  return pairs.flatMap(([first, second]) => withEach(withEach([choice], first, choices), second, choices));
}
