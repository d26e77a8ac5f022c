import { expect, test } from 'vitest';
import { findHeads } from './find-heads.ts';

const seen = (...scores: number[]) => [Float32Array.from(scores)];

test('the manifest says what the scores are', () => {
  const [head] = findHeads([{ name: 'y', shape: ['N', 2], head: 'sigmoid' }], ['a', 'b'], seen(0.3, 0.7));
  expect(head).toEqual({ name: 'y', output: 0, kind: 'sigmoid', units: 2, classes: ['a', 'b'], knownFrom: 'manifest' });
});

test.each([
  ['rows that sum to 1 are a softmax', 2, [0.25, 0.75, 1, 0], 'softmax'],
  ['one row that does not makes sigmoids of all', 2, [0.25, 0.75, 1, 0.5], 'sigmoid'],
  ['one unit is never a softmax', 1, [1, 1], 'sigmoid'],
  ['what leaves 0…1 is linear', 2, [-0.5, 1.5], 'linear'],
  ['a row with NaN says nothing', 2, [Number.NaN, 0.5, 0.25, 0.75], 'softmax'],
  ['nothing seen, one unit', 1, [], 'sigmoid'],
  ['nothing seen, several', 3, [], 'linear'],
] as const)('else the scores do: %s', (_, units, scores, kind) => {
  expect(findHeads([{ name: 'y', shape: ['N', units], head: null }], null, seen(...scores))).toMatchObject([{ kind, knownFrom: 'scores' }]);
});

test('names: given ones where they fit, else numbers; two for a single score', () => {
  const outputs = [
    { name: 'kind', shape: ['N', 3], head: 'softmax' },
    { name: 'map', shape: ['N', 7, 7, 4], head: 'softmax' },
    { name: 'unsafe', shape: ['N', 1, 1, 1], head: 'sigmoid' },
    { name: 'flat', shape: ['N'], head: 'sigmoid' },
  ] as const;
  const heads = findHeads(outputs, ['a', 'b', 'c'], []);
  expect(heads.map(({ output, classes }) => [output, classes])).toEqual([
    [0, ['a', 'b', 'c']],
    [2, ['not positive', 'positive']],
    [3, ['not positive', 'positive']],
  ]);
  expect(findHeads(outputs.slice(2, 3), ['safe', 'unsafe'], [])[0]?.classes).toEqual(['safe', 'unsafe']);
  expect(findHeads(outputs.slice(2, 3), ['nsfw'], [])[0]?.classes).toEqual(['not nsfw', 'nsfw']);
});

test('no output to decide on, or classes that fit none, are refused', () => {
  expect(() => findHeads([{ name: 'mask', shape: ['N', 32, 32, 2] }], null, [])).toThrow(/mask has the shape \[N, 32, 32, 2\]/);
  expect(() => findHeads([{ name: 'y', shape: ['N', 5] }], ['a', 'b', 'c'], [])).toThrow('3 classes (a, b, c) for outputs of 5 scores');
});
