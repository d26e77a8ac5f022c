import { expect, test } from 'vitest';
import { rankWords } from './rank-words.ts';

test('of few batches a high percentile is one of the slowest, which is said', () => {
  expect([30, 50, 99, 100].map((batches) => rankWords(99, batches))).toEqual(['the slowest', 'the slowest', 'the slowest', null]);
  expect([1, 19, 20, 30, 50, 99, 100].map((batches) => rankWords(95, batches))).toEqual([
    'the slowest',
    'the slowest',
    'the second slowest',
    'the second slowest',
    'the third slowest',
    'the fifth slowest',
    null,
  ]);
  expect(rankWords(99, 0)).toBeNull();
});
