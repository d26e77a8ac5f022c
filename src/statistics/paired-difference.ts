import erfcinv from '@stdlib/math-base-special-erfcinv';
import { invariant } from '../core/errors.ts';
import { checkAlpha } from './check-counts.ts';
import type { Interval } from './interval.ts';

/**
 * The difference of two proportions over the same `pairs` trials, first minus second, with its score interval. Of the pairs only those count
 * where one succeeded and the other didn't.
 *
 * Tango, "Equivalence test and confidence interval for the difference in proportions for the paired-sample design", Statistics in Medicine 17
 * (1998); recommended by Fagerland, Lydersen and Laake, Statistics in Medicine 33 (2014), for it holds its level in small samples too.
 */
export function pairedDifference(onlyFirst: number, onlySecond: number, pairs: number, alpha: number): Interval & { readonly estimate: number } {
  checkAlpha(alpha);
  invariant(onlyFirst >= 0 && onlySecond >= 0 && onlyFirst + onlySecond <= pairs, `${onlyFirst} + ${onlySecond} of ${pairs} pairs`);
  if (pairs === 0) return { estimate: 0, lower: -1, upper: 1 };
  const estimate = (onlyFirst - onlySecond) / pairs;
  const z = Math.SQRT2 * erfcinv(alpha);
  const score = (difference: number) => tangoScore(difference, onlyFirst, onlySecond, pairs);
  return { estimate, lower: crossing(score, -1, estimate, z), upper: crossing(score, estimate, 1, -z) };
}

/** The score statistic of "the difference is `difference`", with the nuisance parameter at its constrained maximum likelihood estimate. */
function tangoScore(difference: number, onlyFirst: number, onlySecond: number, pairs: number): number {
  const a = 2 * pairs;
  const b = -onlyFirst - onlySecond + (2 * pairs - onlyFirst + onlySecond) * difference;
  const c = -onlySecond * difference * (1 - difference);
  const root = Math.sqrt(Math.max(0, b * b - 4 * a * c));
  // Whichever of the two forms of the root doesn't cancel.
  const share = b <= 0 ? (root - b) / (2 * a) : root + b === 0 ? 0 : (-2 * c) / (root + b);
  const variance = pairs * (2 * share + difference * (1 - difference));
  const distance = onlyFirst - onlySecond - pairs * difference;
  return distance === 0 ? 0 : variance <= 0 ? Math.sign(distance) * Number.POSITIVE_INFINITY : distance / Math.sqrt(variance);
}

/** Where a falling function passes `level` between `low` and `high`. */
function crossing(f: (x: number) => number, low: number, high: number, level: number): number {
  let [left, right] = [low, high];
  for (let i = 0; i < 60; i++) {
    const middle = (left + right) / 2;
    if (f(middle) > level) left = middle;
    else right = middle;
  }
  return (left + right) / 2;
}
