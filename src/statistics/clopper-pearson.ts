import betaincinv from '@stdlib/math-base-special-betaincinv';
import { checkAlpha, checkCounts } from './check-counts.ts';
import type { Interval } from './interval.ts';

/**
 * The exact two-sided interval of a proportion, `alpha / 2` on each side; [0, 1] for no trials. Its number of trials is fixed beforehand:
 * who looks at it repeatedly and stops when it pleases errs more often than `alpha`, see `peek-safe-bound.ts`.
 *
 * Clopper and Pearson, "The use of confidence or fiducial limits illustrated in the case of the binomial", Biometrika 26 (1934).
 */
export function clopperPearson(successes: number, trials: number, alpha: number): Interval {
  checkCounts(successes, trials);
  checkAlpha(alpha);
  const failures = trials - successes;
  return {
    lower: successes === 0 ? 0 : betaincinv(alpha / 2, successes, failures + 1),
    upper: failures === 0 ? 1 : betaincinv(alpha / 2, successes + 1, failures, true),
  };
}
