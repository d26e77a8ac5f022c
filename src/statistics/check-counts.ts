import { invariant } from '../core/errors.ts';

/** Counts come from our own counters: one that isn't possible is a bug, not something to compute on with. */
export function checkCounts(successes: number, trials: number): void {
  invariant(Number.isInteger(successes) && Number.isInteger(trials) && successes >= 0 && successes <= trials, `${successes} of ${trials}`);
}

/** An error probability, strictly between 0 and 1. */
export function checkAlpha(alpha: number): void {
  invariant(alpha > 0 && alpha < 1, `an error probability of ${alpha}`);
}
