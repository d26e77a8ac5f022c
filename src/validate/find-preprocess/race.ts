import type { PipelineChoice } from './pipeline-space.ts';
import type { PipelineTrials } from './pipeline-trials.ts';

export interface RaceOptions {
  readonly trials: PipelineTrials;
  /** Positions of images: each is asked of what the ones before have left. */
  readonly images: readonly number[];
  /** How many go on after the first image, the second, …; the last number holds for all further ones. Those that no image so far tells apart count once. */
  readonly keep: readonly number[];
  /** Of those with one name here so many go on at most, so that the variants of one wrong guess don't crowd out another. */
  readonly kin?: { readonly of: (choice: PipelineChoice) => string; readonly most: number };
  /** Told which of the images are seen; true ends the race. */
  readonly isOver?: (nearest: PipelineChoice, seen: readonly number[]) => Promise<boolean>;
  /** A share of the work, from 0 to 1. */
  readonly onProgress: (share: number) => void;
}

/** Successive halving: all on one image, the nearer ones on the next. Nearest first. */
export async function race(choices: readonly PipelineChoice[], options: RaceOptions): Promise<readonly PipelineChoice[]> {
  const { trials, images, keep, isOver, onProgress } = options;
  let standing: readonly PipelineChoice[] = [...new Map(choices.map((choice) => [JSON.stringify(choice), choice])).values()];
  for (const [index] of images.entries()) {
    const seen = images.slice(0, index + 1);
    const groups = keep[Math.min(index, keep.length - 1)] as number;
    standing = nearestGroups(await trials.rank(standing, seen), options, seen, groups);
    onProgress((index + 1) / images.length);
    const [nearest] = standing;
    if (nearest !== undefined && (await isOver?.(nearest, seen))) break;
  }
  return standing;
}

/** All members of the nearest groups; the rows of a group are equal on every image. */
function nearestGroups(
  ranked: readonly PipelineChoice[],
  { trials, kin }: RaceOptions,
  images: readonly number[],
  most: number,
): readonly PipelineChoice[] {
  const taken = new Set<string>();
  const families = new Map<string, number>();
  return ranked.filter((choice) => {
    const name = trials.rowsOf(choice, images);
    if (taken.has(name)) return true;
    const family = kin?.of(choice) ?? '';
    const relatives = families.get(family) ?? 0;
    if (taken.size >= most || (kin !== undefined && relatives >= kin.most)) return false;
    families.set(family, relatives + 1);
    taken.add(name);
    return true;
  });
}
