import { expect, test } from 'vitest';
import { seededRandom } from '../../core/seeded-random.ts';
import { recordedScores } from './recorded-scores.ts';

const random = seededRandom(2);
const scores = Array.from({ length: 20 }, () => Float32Array.from({ length: 5 }, () => random()));

test.each([2, 3, 4, 5])('scores of %i decimals are known as such', (decimals) => {
  const rounded = scores.map((row) => row.map((score) => Number(score.toFixed(decimals))));
  expect(recordedScores(rounded).step).toBeCloseTo(10 ** -decimals, 12);
});

test('scores as a model gives them, and those of six decimals, count as exact', () => {
  expect(recordedScores(scores).step).toBe(0);
  expect(recordedScores(scores.map((row) => row.map((score) => Number(score.toFixed(6)))))).toEqual({ step: 0, telling: 20 });
});

test('what is no more than a label tells nothing; logits do', () => {
  const rows = [
    [0, 1],
    [0.9995, 5e-4],
    [0.99, 0.01],
    [7.25, -3.5],
  ];
  expect(recordedScores(rows.map((row) => Float32Array.from(row))).telling).toBe(2);
});
