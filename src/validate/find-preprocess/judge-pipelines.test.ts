import { expect, test } from 'vitest';
import { PRESETS, type Step } from '../../preprocess/steps.ts';
import { judgePipelines } from './judge-pipelines.ts';
import { CHOICES, type PipelineChoice, SIMPLEST, stepsOf } from './pipeline-space.ts';
import { largestDifference, meanDistance } from './score-distance.ts';
import type { TriedPipeline } from './tried-pipeline.ts';

const recorded = [0.2, 0.4, 0.6, 0.8].map((score) => Float32Array.of(score, 1 - score));
const steps = (choice: Partial<PipelineChoice>) => stepsOf({ ...SIMPLEST, ...choice }, 224, 224);
/** A pipeline that is off by so much on each image. */
function tried(off: readonly number[], pipeline: readonly Step[], preset: string | null = null, tolerance = 1e-5): TriedPipeline {
  const scores = recorded.map((row, image) => row.map((score) => score + (off[image] ?? (off[0] as number))));
  const distance = meanDistance(scores, recorded, largestDifference);
  return {
    steps: pipeline,
    preset,
    distance,
    reproduces: scores.every((row, image) => largestDifference(row, recorded[image] as Float32Array) <= tolerance),
    scores,
  };
}

const bgr = steps({ order: 'BGR' });
const cut = steps({ frame: { kind: 'square' } });

test('one that reproduces every score is found, with the nearest other and how far that is', () => {
  const verdict = judgePipelines([tried([0.1], cut), tried([1e-7], PRESETS['0..1'] as never, '0..1'), tried([0.03], bgr)], recorded);
  expect(verdict).toMatchObject({ found: true, images: 4, telling: 4, preset: '0..1', steps: PRESETS['0..1'], equivalent: [] });
  expect(verdict.distance).toBeLessThan(1e-6);
  expect(verdict.runnerUp).toMatchObject({ steps: bgr, preset: null });
  expect(verdict.runnerUp?.distance).toBeCloseTo(0.03, 6);
});

test('of those that no image tells apart the simplest is named: a preset, then few steps, then one library', () => {
  const opencv = CHOICES.decoding.find(({ decoder }) => decoder === 'opencv') as PipelineChoice['decoding'];
  const turned = steps({ decoding: { decoder: 'pillow', orient: true } });
  const other = steps({ decoding: opencv });
  const mixed = steps({ decoding: { decoder: 'pillow', orient: false } });
  const plain = PRESETS['0..1'] as readonly Step[];
  const all = [tried([0], turned), tried([0], other), tried([0], mixed), tried([0], plain, '0..1'), tried([0.02], bgr)];
  expect(judgePipelines(all, recorded)).toMatchObject({ preset: '0..1', equivalent: [{ steps: other }, { steps: mixed }, { steps: turned }] });
  const same = { kernel: 'area', library: 'opencv' } as const;
  const [one, two] = [steps({ decoding: opencv, resize: same }), steps({ decoding: { decoder: 'pillow', orient: false }, resize: same })];
  expect(judgePipelines([tried([0], two), tried([0], one)], recorded)).toMatchObject({ steps: one, equivalent: [{ steps: two }], runnerUp: null });
});

test('what rounded scores leave open is one answer too', () => {
  // Both within half a step of what was recorded, and told apart by nothing that was.
  const all = [tried([3e-5], cut, null, 6e-5), tried([1e-5, 4e-5], steps({}), null, 6e-5), tried([9e-5], bgr, null, 6e-5)];
  expect(judgePipelines(all, recorded)).toMatchObject({ found: true, steps: steps({}), equivalent: [{ steps: cut }], runnerUp: { steps: bgr } });
});

test('near on average is found only where the next is clearly further', () => {
  expect(judgePipelines([tried([3e-4], cut), tried([2e-3], bgr)], recorded).found).toBe(true);
  expect(judgePipelines([tried([3e-4], cut), tried([5e-4], bgr)], recorded).found).toBe(false);
  expect(judgePipelines([tried([3e-3], cut), tried([0.5], bgr)], recorded)).toMatchObject({ found: false, steps: cut, runnerUp: { steps: bgr } });
});

test('labels are no proof, and nothing tried is nothing found', () => {
  const labels = [0, 1, 1, 0].map((score) => Float32Array.of(score, 1 - score));
  const right: TriedPipeline = { steps: cut, preset: null, distance: 0, reproduces: true, scores: labels };
  expect(judgePipelines([right], labels)).toMatchObject({ found: false, telling: 0, steps: cut });
  expect(judgePipelines([], [])).toEqual({
    found: false,
    images: 0,
    telling: 0,
    preset: null,
    steps: null,
    distance: null,
    equivalent: [],
    runnerUp: null,
  });
});
