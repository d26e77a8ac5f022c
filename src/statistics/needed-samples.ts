import { invariant } from '../core/errors.ts';
import { checkAlpha } from './check-counts.ts';
import { logMixtureEValue } from './mixture-e-value.ts';

/** No set of files is larger; a bound that needs more than this is as good as out of reach. */
const MOST = 1e9;

/**
 * How many samples the peek-safe bound needs to reach `p0` if no failure comes to the `failures` seen: 449 for none at p0 = 0.99 and
 * alpha = 0.05. Null where that is more than a billion.
 */
export function samplesNeededAtCount(failures: number, p0: number, alpha: number): number | null {
  return smallest(failures, (trials) => logMixtureEValue(trials - failures, failures, p0), p0, alpha);
}

/**
 * How many samples the bound needs if failures go on at the share `rate`: null where it would never come, since the rate itself is above
 * 1 − p0, or where it is more than a billion. For a rate of 0 the same as for a count of 0.
 */
export function samplesNeededAtRate(rate: number, p0: number, alpha: number): number | null {
  invariant(rate >= 0 && rate <= 1, `a rate of ${rate}`);
  if (rate >= 1 - p0) return null;
  return smallest(0, (trials) => logMixtureEValue(trials * (1 - rate), trials * rate, p0), p0, alpha);
}

/**
 * The first count from `from` on at which `logE` reaches ln(1/alpha). Along both paths it is below that, then above: at fixed failures E rises
 * with every success, and at a fixed rate ln E is convex in the count and starts at 0.
 */
function smallest(from: number, logE: (trials: number) => number, p0: number, alpha: number): number | null {
  checkAlpha(alpha);
  invariant(p0 > 0 && p0 < 1, `a bound of ${p0}`);
  const isEnough = (trials: number) => logE(trials) >= -Math.log(alpha);
  let [few, enough] = [from, from + 1];
  while (!isEnough(enough)) {
    few = enough;
    enough *= 2;
    if (enough > MOST) return null;
  }
  while (enough - few > 1) {
    const middle = Math.floor((few + enough) / 2);
    if (isEnough(middle)) enough = middle;
    else few = middle;
  }
  return enough;
}
