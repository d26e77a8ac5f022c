import { expect, test } from 'vitest';
import { largestDifference, meanDistance } from './score-distance.ts';

const row = (...scores: readonly number[]) => Float32Array.from(scores);

test('the largest difference; what is no number is infinitely far', () => {
  expect(largestDifference(row(0.5, 0.25), row(0.25, 0.5))).toBe(0.25);
  expect(largestDifference(row(0.5, Number.NaN), row(0.5, 0.5))).toBe(Number.POSITIVE_INFINITY);
});

test('the mean over images is infinite where one has no answer', () => {
  const recorded = [row(0.5), row(0.25)];
  expect(meanDistance([row(0.5), row(0.75)], recorded, largestDifference)).toBe(0.25);
  expect(meanDistance([row(0.5), null], recorded, largestDifference)).toBe(Number.POSITIVE_INFINITY);
});
