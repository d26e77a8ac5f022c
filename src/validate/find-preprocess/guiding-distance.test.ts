import { expect, test } from 'vitest';
import { guidingDistance } from './guiding-distance.ts';

const row = (...scores: readonly number[]) => Float32Array.from(scores);

test('between probabilities a sure image counts too, between other scores the difference itself', () => {
  const odds = guidingDistance([row(0.123456, 1 - 0.123456)]);
  expect(odds(row(0.99, 0.01), row(0.999, 0.001))).toBeGreaterThan(odds(row(0.5, 0.5), row(0.6, 0.4)));
  // Surer than anything that was recorded with four decimals.
  expect(odds(row(1, 0), row(1 - 1e-7, 1e-7))).toBeLessThan(0.01);
  // Rounded to two decimals, 0.01 may have been twice or half as much.
  expect(guidingDistance([row(0.01, 0.99)])(row(0.01, 0.99), row(0.02, 0.98))).toBeLessThan(odds(row(0.01, 0.99), row(0.02, 0.98)) / 2);
  expect(odds(row(Number.NaN, 0), row(0, 0))).toBe(Number.POSITIVE_INFINITY);
  const plain = guidingDistance([row(0.5, 0.5), row(3, -2)]);
  expect(plain(row(3, -2), row(1, -2))).toBe(1);
});
