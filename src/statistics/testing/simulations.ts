import { seededRandom } from '../../core/seeded-random.ts';
import { clopperPearson } from '../clopper-pearson.ts';
import { matchThreshold } from '../matched-threshold.ts';
import { logMixtureEValue } from '../mixture-e-value.ts';
import { pairedDifference } from '../paired-difference.ts';
import { stratifiedRate } from '../stratified-rate.ts';

/** The share of `runs` sequences of Bernoulli(`p`) in which some look, after each of `trials` samples, finds the bound above `p`. */
export function falseAlarmsUnderPeeking(p: number, trials: number, runs: number, alpha: number, seed: number) {
  const random = seededRandom(seed);
  const threshold = -Math.log(alpha);
  let [peekSafe, fixed] = [0, 0];
  for (let run = 0; run < runs; run++) {
    let [successes, isAbove, isFixedAbove] = [0, false, false];
    for (let n = 1; n <= trials && !(isAbove && isFixedAbove); n++) {
      const success = random() < p;
      // The bound only rises while samples agree, so a look just before each failure and at the end is a look at every sample.
      if (!success || n === trials) {
        const seen = success ? n : n - 1;
        const count = success ? successes + 1 : successes;
        isAbove ||= logMixtureEValue(count, seen - count, p) >= threshold;
        isFixedAbove ||= clopperPearson(count, seen, 2 * alpha).lower > p;
      }
      if (success) successes += 1;
    }
    peekSafe += isAbove ? 1 : 0;
    fixed += isFixedAbove ? 1 : 0;
  }
  return { peekSafe: peekSafe / runs, fixed: fixed / runs };
}

/** How often the interval of the rate at another mix holds the true one. */
export function stratifiedCoverage(strata: readonly { weight: number; rate: number; samples: number }[], runs: number, alpha: number, seed: number) {
  const random = seededRandom(seed);
  const truth = strata.reduce((sum, { weight, rate }) => sum + weight * rate, 0);
  let [held, above] = [0, 0];
  for (let run = 0; run < runs; run++) {
    const drawn = strata.map(({ weight, rate, samples }) => ({ weight, samples, events: binomial(random, samples, rate) }));
    const { lower, upper } = stratifiedRate(drawn, alpha);
    if (lower <= truth && truth <= upper) held += 1;
    if (truth > upper) above += 1;
  }
  return { held: held / runs, above: above / runs };
}

/** How often Tango's interval holds the true difference of two accuracies. */
export function pairedCoverage(onlyFirst: number, onlySecond: number, pairs: number, runs: number, alpha: number, seed: number): number {
  const random = seededRandom(seed);
  let held = 0;
  for (let run = 0; run < runs; run++) {
    let [first, second] = [0, 0];
    for (let i = 0; i < pairs; i++) {
      const u = random();
      if (u < onlyFirst) first += 1;
      else if (u < onlyFirst + onlySecond) second += 1;
    }
    const { lower, upper } = pairedDifference(first, second, pairs, alpha);
    if (lower <= onlyFirst - onlySecond && onlyFirst - onlySecond <= upper) held += 1;
  }
  return held / runs;
}

/** How often the interval of a matched threshold holds the one that equals the rates in truth: the candidate's scores are the reference's, squared, with noise. */
export function matchedThresholdCoverage(samples: number, runs: number, alpha: number, seed: number): number {
  const random = seededRandom(seed);
  const threshold = 0.8;
  const squared = (x: number) => x * x;
  // Noise that maps the uniform scores to uniform scores again, so that the truth is known: a small rotation within [0, 1).
  const noisy = (x: number) => {
    const cell = Math.floor(x * 50);
    return (cell + random()) / 50;
  };
  let held = 0;
  for (let run = 0; run < runs; run++) {
    const scores = new Float32Array(samples);
    const isAbove = new Uint8Array(samples);
    for (let i = 0; i < samples; i++) {
      const x = random();
      isAbove[i] = x >= threshold - 0.01 ? 1 : 0;
      scores[i] = squared(noisy(x));
    }
    const { lower, upper } = matchThreshold(scores, isAbove, threshold, alpha);
    const truth = squared(threshold - 0.01);
    if ((lower ?? 0) <= truth && truth <= (upper ?? 1)) held += 1;
  }
  return held / runs;
}

function binomial(random: () => number, trials: number, p: number): number {
  // Waiting times between events: as many steps as there are events, not trials.
  let [at, events] = [0, 0];
  while (p > 0) {
    at += 1 + Math.floor(Math.log1p(-random()) / Math.log1p(-p));
    if (at > trials) break;
    events += 1;
  }
  return events;
}
