import { recordedScores } from './recorded-scores.ts';

/** How far one row of scores is from another. */
export type ScoreDistance = (left: Float32Array, right: Float32Array) => number;

/** The largest difference of a score; infinite where one is no number. */
export function largestDifference(left: Float32Array, right: Float32Array): number {
  let largest = 0;
  for (const [index, value] of left.entries()) {
    const difference = Math.abs(value - (right[index] as number));
    if (Number.isNaN(difference)) return Number.POSITIVE_INFINITY;
    if (difference > largest) largest = difference;
  }
  return largest;
}

/** Scores nearer to 0 or 1 than this count as equal: 1e-7 is as sure as 1e-5. */
const SURE = 1e-4;
/** Of rounded scores so many steps are: the log-odds of one or two say little. */
const SURE_STEPS = 5;

/**
 * What leads a search: where scores are probabilities the mean difference of their log-odds. A sure image answers 0.99 behind many pipelines;
 * on twenty photos the right frame and values came to the front of 660 on half as many images as by the scores themselves.
 */
export function guidingDistance(recorded: readonly Float32Array[]): ScoreDistance {
  const probabilities = recorded.every((row) => row.every((score) => score >= 0 && score <= 1));
  const sure = Math.max(SURE, SURE_STEPS * recordedScores(recorded).step);
  const place = probabilities ? (score: number) => Math.log((score + sure) / (1 - score + sure)) : (score: number) => score;
  return (left, right) => {
    let sum = 0;
    for (const [index, value] of left.entries()) sum += Math.abs(place(value) - place(right[index] as number));
    return Number.isNaN(sum) ? Number.POSITIVE_INFINITY : sum / left.length;
  };
}

/** Mean over images; infinite where one of them has no answer. */
export function meanDistance(answers: readonly (Float32Array | null)[], recorded: readonly Float32Array[], distance: ScoreDistance): number {
  let sum = 0;
  for (const [index, answer] of answers.entries())
    sum += answer === null ? Number.POSITIVE_INFINITY : distance(answer, recorded[index] as Float32Array);
  return sum / Math.max(1, answers.length);
}
