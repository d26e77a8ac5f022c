import { expect, test } from 'vitest';
import { percentile } from './percentile.ts';

test('nearest rank: the definition’s own example, and the ends', () => {
  const five = [15, 20, 35, 40, 50];
  expect([5, 30, 40, 50, 100].map((percent) => percentile(five, percent))).toEqual([15, 20, 20, 35, 50]);
  const hundred = Array.from({ length: 100 }, (_, index) => index + 1);
  expect([50, 95, 99, 100].map((percent) => percentile(hundred, percent))).toEqual([50, 95, 99, 100]);
  expect([1, 50, 99].map((percent) => percentile([7], percent))).toEqual([7, 7, 7]);
});
