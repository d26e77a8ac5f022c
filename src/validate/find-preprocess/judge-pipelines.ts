import type { FoundPipelineEvidence } from '../../bundle/evidence/validation-evidence.ts';
import { largestDifference, type TriedPipeline } from './search-pipelines.ts';

/**
 * Nearer than this on average, a pipeline reproduces the scores: float32 in two frameworks differs by 1e-6, scores recorded with three decimals
 * by 3e-4 (a quarter of a step, the largest of several), and the nearest wrong pipelines were measured at 9e-4 (256 for 255) and more.
 */
const REPRODUCES = 5e-4;
/** Scores behind two pipelines that differ by no more than rounding: no image tells them apart. */
const SAME = 2e-6;

/** The verdict on what was tried, best first. Those that no image tells apart are one answer: the simplest is named, the others are listed. */
export function judgePipelines(tried: readonly TriedPipeline[], images: number): FoundPipelineEvidence {
  const [best] = tried;
  if (best === undefined) return { found: false, images, preset: null, steps: null, distance: null, equivalent: [], runnerUp: null };
  const same = tried.filter((other) => isSame(best, other)).sort(simplestFirst);
  const [named = best, ...equivalent] = same;
  const runnerUp = tried.find((other) => !isSame(best, other));
  return {
    found: named.distance <= REPRODUCES,
    images,
    preset: named.preset,
    steps: named.steps,
    distance: named.distance,
    equivalent: equivalent.map(({ steps, preset }) => ({ steps, preset })),
    runnerUp: runnerUp === undefined ? null : { steps: runnerUp.steps, preset: runnerUp.preset, distance: runnerUp.distance },
  };
}

function isSame(left: TriedPipeline, right: TriedPipeline): boolean {
  return left.scores.every((row, image) => largestDifference(row, right.scores[image] as Float32Array) <= SAME);
}

/** A preset says most with least; then few steps; then what TensorFlow itself would do. */
function simplestFirst(left: TriedPipeline, right: TriedPipeline): number {
  const cost = ({ preset, steps }: TriedPipeline) =>
    [preset === null ? 1 : 0, steps.length, steps.filter((step) => !isTensorFlow(step)).length] as const;
  const [a, b] = [cost(left), cost(right)];
  return a[0] - b[0] || a[1] - b[1] || a[2] - b[2];
}

function isTensorFlow(step: TriedPipeline['steps'][number]): boolean {
  return step.step === 'decode' ? step.decoder === 'tensorflow' : step.step !== 'resize' || step.library === 'tensorflow';
}
