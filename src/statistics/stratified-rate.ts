import { invariant } from '../core/errors.ts';
import { clopperPearson } from './clopper-pearson.ts';
import type { Interval } from './interval.ts';

export interface Stratum {
  /** Its share of the mix the rate is wanted for; those of all strata sum to 1. */
  readonly weight: number;
  readonly events: number;
  readonly samples: number;
}

/**
 * The rate of events at another mix than the samples': the strata's own rates, weighted. A stratum that has weight but no samples could have
 * any rate: it widens the interval by its whole weight, and there is no estimate.
 *
 * The interval combines the strata's exact ones by the squares of their distances from the estimates (MOVER): Zou and Donner, Statistics in
 * Medicine 27 (2008); Yan and Su, "Stratified Wilson and Newcombe confidence intervals for multiple binomial proportions", Statistics in
 * Biopharmaceutical Research 2 (2010), with Clopper–Pearson for Wilson, since the events are rare and one-sided errors are what hurts.
 */
export function stratifiedRate(strata: readonly Stratum[], alpha: number): Interval & { readonly estimate: number | null } {
  const total = strata.reduce((sum, { weight }) => sum + weight, 0);
  invariant(Math.abs(total - 1) < 1e-9, `weights that sum to ${total}`);
  let [estimate, below, above, unknown] = [0, 0, 0, 0];
  for (const { weight, events, samples } of strata) {
    if (weight === 0) continue;
    if (samples === 0) {
      unknown += weight;
      continue;
    }
    const rate = events / samples;
    const { lower, upper } = clopperPearson(events, samples, alpha);
    estimate += weight * rate;
    below += (weight * (rate - lower)) ** 2;
    above += (weight * (upper - rate)) ** 2;
  }
  return {
    estimate: unknown > 0 ? null : estimate,
    lower: Math.max(0, estimate - Math.sqrt(below)),
    upper: Math.min(1, estimate + Math.sqrt(above) + unknown),
  };
}
