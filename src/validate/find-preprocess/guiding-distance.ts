import { recordedScores } from './recorded-scores.ts';
import type { ScoreDistance } from './score-distance.ts';

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
