import { expect, test } from 'vitest';
import { seededRandom } from '../core/seeded-random.ts';
import { LogHistogram } from './log-histogram.ts';

const filled = (values: readonly number[]) => {
  const histogram = new LogHistogram();
  for (const value of values) histogram.add(value);
  return histogram;
};

test('quantiles are within half a bucket of the exact ones, whatever the scale', () => {
  const random = seededRandom(5);
  const values = Array.from({ length: 5000 }, () => 10 ** (-12 * random()));
  const histogram = filled(values);
  const sorted = values.toSorted((a, b) => a - b);
  for (const p of [0.01, 0.5, 0.9, 0.99, 0.999]) {
    const exact = sorted[Math.ceil(p * values.length) - 1] as number;
    expect(Math.abs(histogram.quantile(p) / exact - 1)).toBeLessThan(0.0055);
  }
  expect(histogram.quantile(1)).toBe(sorted.at(-1));
  expect(histogram.mean).toBeCloseTo(values.reduce((a, b) => a + b, 0) / 5000, 12);
});

test('zeros are zeros, and nothing has no quantile', () => {
  const histogram = filled([0, 0, 0, 1]);
  expect([histogram.quantile(0.5), histogram.quantile(0.75), histogram.max]).toEqual([0, 0, 1]);
  expect(filled([]).quantile(0.5)).toBeNaN();
  expect(filled([]).max).toBeNaN();
  expect(filled([0, 2e-6, 3e-6, 0.5]).decades()).toEqual([
    { exponent: null, count: 1 },
    { exponent: -6, count: 2 },
    { exponent: -1, count: 1 },
  ]);
});

test('merged, two are the one that had seen both', () => {
  const [left, right, both] = [filled([1, 2, 0]), filled([300, 0.004]), filled([1, 2, 0, 300, 0.004])];
  left.merge(right);
  for (const p of [0, 0.3, 0.5, 0.8, 1]) expect(left.quantile(p)).toBe(both.quantile(p));
  expect([left.count, left.max, left.mean]).toEqual([both.count, both.max, both.mean]);
});
