import { type Permutation, permute } from './permutation.ts';

/** Features that split into `split` (C, H, W) where they are computed, whose axes in the order `order` (H, W, C) make the framework's features. */
export interface FeatureSegment {
  readonly split: readonly number[];
  readonly order: Permutation;
}

export function segmentSize({ split }: FeatureSegment): number {
  return split.reduce((product, size) => product * size, 1);
}

export function sameSegments(a: readonly FeatureSegment[], b: readonly FeatureSegment[]): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** For each of the framework's features, side by side segment by segment, where it stands among the computed ones. */
export function basePositions(segments: readonly FeatureSegment[]): number[] {
  const positions: number[] = [];
  let start = 0;
  for (const { split, order } of segments) {
    const strides = split.map((_, axis) => split.slice(axis + 1).reduce((product, size) => product * size, 1));
    const sizes = permute(split, order);
    const steps = permute(strides, order);
    const visit = (axis: number, place: number): void => {
      const [size, step] = [sizes[axis], steps[axis]];
      if (size === undefined || step === undefined) positions.push(place);
      else for (let index = 0; index < size; index++) visit(axis + 1, place + index * step);
    };
    visit(0, start);
    start += segmentSize({ split, order });
  }
  return positions;
}
