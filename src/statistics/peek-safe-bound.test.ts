import { expect, test } from 'vitest';
import { clopperPearson } from './clopper-pearson.ts';
import { samplesNeededAtCount, samplesNeededAtRate } from './needed-samples.ts';
import { PeekSafeBound, peekSafeLowerBound, peekSafeUpperBound } from './peek-safe-bound.ts';

/** ROLLOUT's table: disagreements, samples by one-sided Clopper–Pearson at 5 %, samples by the peek-safe bound. */
const TABLE = [
  [0, 299, 449],
  [1, 473, 683],
  [2, 628, 882],
  [5, 1049, 1404],
  [10, 1693, 2174],
] as const;

test.each(TABLE)('%i disagreements: 0.99 is certified from %i samples on, peek-safe from %i', (failures, fixed, peekSafe) => {
  const exact = (trials: number) => clopperPearson(trials - failures, trials, 0.1).lower;
  expect(exact(fixed)).toBeGreaterThanOrEqual(0.99);
  expect(exact(fixed - 1)).toBeLessThan(0.99);
  const safe = (trials: number) => peekSafeLowerBound(trials - failures, trials, 0.05);
  expect(safe(peekSafe)).toBeGreaterThanOrEqual(0.99);
  expect(safe(peekSafe - 1)).toBeLessThan(0.99);
  expect(samplesNeededAtCount(failures, 0.99, 0.05)).toBe(peekSafe);
});

test('at the seen rate more samples are needed than at the seen count, and none suffice from 1 − p0 on', () => {
  expect(samplesNeededAtRate(0, 0.99, 0.05)).toBe(449);
  const needed = samplesNeededAtRate(0.005, 0.99, 0.05) ?? 0;
  const failures = needed * 0.005;
  expect(needed).toBeGreaterThanOrEqual(samplesNeededAtCount(Math.floor(failures), 0.99, 0.05) ?? Number.NaN);
  expect(needed).toBeLessThanOrEqual(samplesNeededAtCount(Math.ceil(failures), 0.99, 0.05) ?? Number.NaN);
  expect(samplesNeededAtRate(0.0099999, 0.99, 0.05)).toBeNull();
  expect(samplesNeededAtRate(0.01, 0.99, 0.05)).toBeNull();
  expect(samplesNeededAtRate(1, 0.99, 0.05)).toBeNull();
});

test('nothing seen certifies nothing, and the mirror image is the complement', () => {
  expect(peekSafeLowerBound(0, 0, 0.05)).toBe(0);
  expect(peekSafeLowerBound(0, 50, 0.05)).toBe(0);
  expect(peekSafeUpperBound(50, 50, 0.05)).toBe(1);
  expect(peekSafeUpperBound(0, 449, 0.05)).toBeLessThanOrEqual(0.01);
  expect(peekSafeLowerBound(999_990, 1_000_000, 0.05)).toBeGreaterThan(0.9999);
});

test('the running maximum is the largest of the closed forms so far', () => {
  const bound = new PeekSafeBound(0.05);
  let [successes, largest] = [0, 0];
  for (let trials = 1; trials <= 400; trials++) {
    const success = trials % 97 !== 0 && trials !== 3;
    bound.add(success);
    successes += success ? 1 : 0;
    largest = Math.max(largest, peekSafeLowerBound(successes, trials, 0.05));
    expect(bound.lowerBound).toBeCloseTo(largest, 12);
  }
  expect(bound.lowerBound).toBeGreaterThan(peekSafeLowerBound(successes, 400, 0.05));
});
