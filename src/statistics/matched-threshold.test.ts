import { expect, test } from 'vitest';
import { matchThreshold } from './matched-threshold.ts';

const above = (reference: readonly number[], threshold: number) => Uint8Array.from(reference, (score) => (score >= threshold ? 1 : 0));

test('a candidate on another scale gets the threshold that blocks as many', () => {
  const reference = Array.from({ length: 1000 }, (_, i) => i / 1000);
  const candidate = Float32Array.from(reference, (score) => score ** 3);
  const { threshold, lower, upper, referenceAbove, candidateAbove } = matchThreshold(candidate, above(reference, 0.9), 0.9, 0.05);
  expect([referenceAbove, candidateAbove]).toEqual([100, 100]);
  expect(candidate.filter((score) => score >= (threshold ?? 0))).toHaveLength(100);
  expect(threshold).toBeCloseTo(0.9 ** 3, 2);
  expect(lower).toBeLessThan(threshold ?? 0);
  expect(upper).toBeGreaterThan(threshold ?? 1);
});

test('equal scores keep their threshold', () => {
  const reference = Float32Array.from({ length: 200 }, (_, i) => (i + 0.5) / 200);
  expect(matchThreshold(reference, above([...reference], 0.77), 0.77, 0.05).threshold).toBe(0.77);
});

test('no threshold lies between equal scores: the nearest cut is taken, the stricter of two', () => {
  const candidate = Float32Array.from([0.9, 0.5, 0.5, 0.5, 0.1]);
  const found = matchThreshold(candidate, Uint8Array.from([1, 1, 0, 0, 0]), 0.5, 0.05);
  expect(found).toMatchObject({ threshold: expect.any(Number), referenceAbove: 2, candidateAbove: 1 });
  expect(candidate.filter((score) => score >= (found.threshold ?? 0))).toHaveLength(1);
});

test('nothing above, everything above, and nothing at all', () => {
  const candidate = Float32Array.from([0.2, 0.9]);
  const none = matchThreshold(candidate, Uint8Array.from([0, 0]), 0.5, 0.05);
  expect(candidate.filter((score) => score >= (none.threshold ?? 0))).toHaveLength(0);
  // Two samples can't tell any threshold from any other.
  expect(none).toMatchObject({ lower: null, upper: null });
  const all = matchThreshold(candidate, Uint8Array.from([1, 1]), 0.5, 0.05);
  expect(candidate.filter((score) => score >= (all.threshold ?? 1))).toHaveLength(2);
  expect(matchThreshold(new Float32Array(), new Uint8Array(), 0.5, 0.05).threshold).toBeNull();
});
