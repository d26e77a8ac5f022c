import { expect, test } from 'vitest';
import { type Coarseness, firstDivergence } from './first-divergence.ts';

/** Each call by its largest relative difference, or with its distance. */
const first = (differences: readonly (number | readonly [number, number])[], coarseness: Coarseness = 'float32') =>
  firstDivergence(
    differences.map((difference) => {
      const [maxRelative, distance] = typeof difference === 'number' ? [difference, difference / 10] : difference;
      return { maxRelative, distance, coarseness };
    }),
  );

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

test('a small step of a whole tensor counts as a large one of an element', () => {
  expect(first([1e-7, [2.4e-5, 1e-6], [2.8e-5, 1.9e-5], [1.5e-4, 2.1e-5]])).toBe(2);
  expect(first([1e-7, [2.4e-5, 4e-6], [2.8e-5, 2.5e-5]])).toBe(2);
});

test('lower precisions may be further off, and single elements by anything', () => {
  const precise = [0.02, [0.6, 0.09]] as const;
  expect(first(precise, 'bfloat16')).toBeNull();
  expect(first(precise, 'float16')).toBe(1);
  expect(first([...precise, [0.9, 0.5]], 'bfloat16')).toBe(2);
  expect(first([0.02, [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]], 'bfloat16')).toBe(1);
});
