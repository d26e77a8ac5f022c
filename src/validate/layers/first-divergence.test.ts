import { expect, test } from 'vitest';
import { type Coarseness, firstDivergence } from './first-divergence.ts';

const first = (differences: readonly number[], coarseness: Coarseness = 'float32') =>
  firstDivergence(differences.map((difference) => ({ maxRelative: difference, distance: difference, coarseness })));

test('rounding that grows from call to call is none', () => {
  expect(first([0, 1e-7, 8e-7, 3e-6, 1e-5, 2.4e-5, 9e-5])).toBeNull();
  expect(first([])).toBeNull();
});

test('a step beyond the limit', () => {
  expect(first([0, 1e-7, 3e-7, 2e-2, 4e-2])).toBe(3);
  expect(first([Number.POSITIVE_INFINITY, 1])).toBe(0);
});

test('a step that only a later call takes beyond the limit', () => {
  expect(first([1e-7, 4e-7, 8e-5, 9e-5, 1.2e-4])).toBe(2);
});

test('early steps of rounding don’t count, however large they are as such', () => {
  expect(first([1e-9, 1e-7, 8e-6, 2e-5, 3e-4])).toBe(4);
});

test('lower precisions may be further off', () => {
  expect(first([3e-3, 2e-2, 9e-2], 'bfloat16')).toBeNull();
  expect(first([3e-3, 2e-2, 9e-2], 'float16')).toBe(2);
  expect(first([3e-3, 2e-2, 0.6], 'bfloat16')).toBe(2);
});
