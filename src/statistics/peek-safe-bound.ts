import { checkAlpha, checkCounts } from './check-counts.ts';
import { logMixtureEValue } from './mixture-e-value.ts';

/**
 * The one-sided lower bound of a Bernoulli mean that stays valid however often and whenever anyone looks: the smallest p0 that the mixture
 * e-value of these counts doesn't reject, `E(S, F; p0) < 1/alpha`.
 *
 * This is the closed form at the counts given: it doesn't depend on the order of the samples, and speaks only for all of them together.
 * The running maximum over their order (`PeekSafeBound`) is as valid and never smaller, but rests on the sequence having one mean from
 * the start: a folder sorted by class has none, and its first thousand easy images would certify what the rest refutes. So a set of files is
 * judged by this one, and a stream of requests by the other.
 */
export function peekSafeLowerBound(successes: number, trials: number, alpha: number): number {
  checkCounts(successes, trials);
  checkAlpha(alpha);
  return lowerBoundAbove(0, successes, trials - successes, alpha);
}

/** The mirror image: with probability 1 − alpha the mean is below it at every look. */
export function peekSafeUpperBound(successes: number, trials: number, alpha: number): number {
  return 1 - peekSafeLowerBound(trials - successes, trials, alpha);
}

/** The running maximum of `peekSafeLowerBound` over a sequence: what has been rejected once stays rejected. */
export class PeekSafeBound {
  #successes = 0;
  #failures = 0;
  /** Of all looks up to the last failure; between failures the bound only rises, so the last of each run of successes is its maximum. */
  #settled = 0;
  readonly #alpha: number;

  constructor(alpha: number) {
    checkAlpha(alpha);
    this.#alpha = alpha;
  }

  add(success: boolean): void {
    if (success) {
      this.#successes += 1;
    } else {
      this.#settled = this.lowerBound;
      this.#failures += 1;
    }
  }

  get lowerBound(): number {
    return lowerBoundAbove(this.#settled, this.#successes, this.#failures, this.#alpha);
  }
}

/** Halvings of an interval within (0, 1) until neighbouring doubles are met. */
const HALVINGS = 60;

/** The bound at these counts where it is above `floor`, else `floor`. What E rejects is an interval from 0, since E falls in p0. */
function lowerBoundAbove(floor: number, successes: number, failures: number, alpha: number): number {
  const threshold = -Math.log(alpha);
  const isRejected = (p0: number) => p0 === 0 || logMixtureEValue(successes, failures, p0) >= threshold;
  if (successes === 0 || !isRejected(floor)) return floor;
  // At p0 = S/n no integrand is above 1, so nothing from there on is rejected.
  let [rejected, kept] = [floor, successes / (successes + failures)];
  for (let i = 0; i < HALVINGS && rejected < kept; i++) {
    const middle = (rejected + kept) / 2;
    if (isRejected(middle)) rejected = middle;
    else kept = middle;
  }
  return rejected;
}
