import { expect, test } from 'vitest';
import { pipelineWords } from './pipeline-words.ts';

const steps = [
  { step: 'decode', decoder: 'opencv' },
  { step: 'resize', kernel: 'area', library: 'opencv', height: null, width: null },
  { step: 'scale', divide: 127.5, offset: -1 },
];
const runnerUp = { steps: [], preset: 'nsfwjs', distance: 0.004 };

test('what was found, what no image tells apart from it, and the next', () => {
  const equivalent = [{ steps, preset: null }];
  expect(pipelineWords({ found: true, images: 20, telling: 18, preset: '0..1', steps, distance: 4e-7, equivalent, runnerUp })).toEqual([
    'found: 0..1, 4.0·10⁻⁷ off on 20 images',
    'no image tells it apart from decode (decoder opencv) → resize (kernel area, library opencv) → scale (divide 127.5, offset -1)',
    'the next: nsfwjs, 0.004 off',
  ]);
});

test('none that reproduces the scores, and none that could be tried', () => {
  const nothing = { found: false, images: 20, telling: 20, preset: null, steps: null, distance: null, equivalent: [], runnerUp: null };
  expect(pipelineWords({ ...nothing, steps: [steps[0]], distance: 0.1 })[0]).toMatch(/^none reproduces the scores; the nearest is: decode/);
  expect(pipelineWords(nothing)).toEqual(['none could be tried: no image could be prepared']);
});

test('scores that are only labels tell no pipelines apart, and of a hundred that are one a few are named', () => {
  const equivalent = Array.from({ length: 100 }, () => ({ steps, preset: null }));
  const lines = pipelineWords({ found: false, images: 20, telling: 1, preset: '0..1', steps, distance: 0, equivalent, runnerUp: null });
  expect(lines[0]).toBe("the scores don't tell, since those of 19 images are no more than a label; the nearest is: 0..1, 0 off on 20 images");
  expect(lines.slice(5)).toEqual(['nor from 96 others']);
});
