import { type FoundPipelineEvidence, TELLING_IMAGES } from '../../bundle/evidence/validation-evidence.ts';
import { recordedScores } from './recorded-scores.ts';
import { largestDifference } from './score-distance.ts';
import type { TriedPipeline } from './tried-pipeline.ts';

/**
 * Nearer than this on average, a pipeline may be the one even where it doesn't reproduce every score: another version of a decoder, a processor
 * that rounds more. The nearest wrong pipelines were measured at 9e-4 (256 for 255) and more.
 */
const NEAR = 5e-4;
/** And it must be so much nearer than the next: a model that hardly looks at its input answers much the same behind all of them. */
const CLEARLY = 3;
/** Scores behind two pipelines that differ by no more than float32 does. */
const SAME = 2e-6;

/**
 * The verdict on what was tried. Those that no image tells apart are one answer, by their scores or because all of them reproduce what was
 * recorded: the simplest is named, the others are listed.
 */
export function judgePipelines(tried: readonly TriedPipeline[], recorded: readonly Float32Array[]): FoundPipelineEvidence {
  const images = recorded.length;
  const { telling } = recordedScores(recorded);
  // Of rounded scores one that misses some may be nearer on average than one that reproduces all.
  const sorted = [...tried].sort((a, b) => Number(b.reproduces) - Number(a.reproduces) || a.distance - b.distance);
  const [best] = sorted;
  if (best === undefined) return { found: false, images, telling, preset: null, steps: null, distance: null, equivalent: [], runnerUp: null };
  const [named = best, ...equivalent] = sorted.filter((other) => isSame(best, other)).sort(simplestFirst);
  const runnerUp = sorted.find((other) => !isSame(best, other));
  const isClear = runnerUp === undefined || runnerUp.distance >= CLEARLY * best.distance;
  return {
    found: telling >= Math.min(TELLING_IMAGES, images) && (named.reproduces || (best.distance <= NEAR && isClear)),
    images,
    telling,
    preset: named.preset,
    steps: named.steps,
    distance: named.distance,
    equivalent: equivalent.map(({ steps, preset }) => ({ steps, preset })),
    runnerUp: runnerUp === undefined ? null : { steps: runnerUp.steps, preset: runnerUp.preset, distance: runnerUp.distance },
  };
}

function isSame(left: TriedPipeline, right: TriedPipeline): boolean {
  if (left.reproduces && right.reproduces) return true;
  return left.scores.every((row, image) => largestDifference(row, right.scores[image] as Float32Array) <= SAME);
}

/** A preset says most with least; then few steps; then one library for all; then what TensorFlow itself would do. */
function simplestFirst(left: TriedPipeline, right: TriedPipeline): number {
  const cost = ({ preset, steps }: TriedPipeline) => {
    const libraries = steps.flatMap((step) => (step.step === 'decode' ? [step.decoder] : step.step === 'resize' ? [step.library] : []));
    const others = libraries.filter((library) => library !== 'tensorflow');
    return [preset === null ? 1 : 0, steps.length, new Set(libraries).size, others.length];
  };
  const [a, b] = [cost(left), cost(right)];
  return a.map((value, index) => value - (b[index] as number)).find((difference) => difference !== 0) ?? 0;
}
