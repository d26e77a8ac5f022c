import { invariant } from '../core/errors.ts';
import { fairUpperTail } from './binomial-tail.ts';
import { checkAlpha } from './check-counts.ts';

export interface MatchedThreshold {
  /** Scores from here on count as above; null where not even the best thresholds could be told apart (no samples). */
  readonly threshold: number | null;
  /** Every threshold between these keeps the rate as far as the samples can tell; null where the samples set no limit on that side. */
  readonly lower: number | null;
  readonly upper: number | null;
  /** Of the samples: above by the reference, and by the candidate at its new threshold. */
  readonly referenceAbove: number;
  readonly candidateAbove: number;
}

/**
 * The threshold on a second model's scores above which as many samples lie as the first model had above its own. Where `current` does that
 * already, it stays. `isAbove[i]` is 1 where the first model's score of sample i was above.
 *
 * The interval inverts McNemar's exact test on the same pairs: it holds every threshold at which the samples that only the candidate puts above
 * and those that only the reference does are balanced at level `alpha`. Both counts are monotone in the threshold, so it is an interval.
 */
export function matchThreshold(scores: Float32Array, isAbove: Uint8Array, current: number, alpha: number): MatchedThreshold {
  checkAlpha(alpha);
  const samples = scores.length;
  invariant(isAbove.length === samples, `${samples} scores with ${isAbove.length} marks`);
  const order = Uint32Array.from(scores.keys()).sort((a, b) => (scores[b] as number) - (scores[a] as number));
  const score = (rank: number) => scores[order[rank] as number] as number;
  const wanted = isAbove.reduce((sum, mark) => sum + mark, 0);
  if (samples === 0) return { threshold: null, lower: null, upper: null, referenceAbove: 0, candidateAbove: 0 };

  // A cut leaves the first `k` of the order above; only between different scores is there room for a threshold.
  const isCut = (k: number) => k === 0 || k === samples || score(k - 1) > score(k);
  let best = wanted;
  for (let distance = 0; ; distance++) {
    // At equal distance the larger cut: it blocks more.
    const found = [wanted + distance, wanted - distance].find((k) => k >= 0 && k <= samples && isCut(k));
    if (found === undefined) continue;
    best = found;
    break;
  }

  const { first, last } = balancedCuts(order, isAbove, wanted, isCut, alpha);
  return {
    threshold: thresholdOf(best, samples, score, current),
    lower: last === samples ? null : score(last),
    upper: first === 0 ? null : score(first - 1),
    referenceAbove: wanted,
    candidateAbove: best,
  };
}

/** The smallest and the largest cut that the exact test doesn't tell from a balanced one. */
function balancedCuts(order: Uint32Array, isAbove: Uint8Array, wanted: number, isCut: (k: number) => boolean, alpha: number) {
  let [first, last] = [order.length, 0];
  let agreed = 0;
  for (let k = 0; k <= order.length; k++) {
    if (k > 0) agreed += isAbove[order[k - 1] as number] as number;
    if (!isCut(k)) continue;
    const [onlyCandidate, onlyReference] = [k - agreed, wanted - agreed];
    const tosses = onlyCandidate + onlyReference;
    if (fairUpperTail(Math.max(onlyCandidate, onlyReference), tosses) <= alpha / 2) {
      // Beyond balance on the candidate's side: every later cut is further out.
      if (onlyCandidate > onlyReference) break;
      continue;
    }
    first = Math.min(first, k);
    last = k;
  }
  return first > last ? { first: wanted, last: wanted } : { first, last };
}

/** A threshold with exactly `k` scores at or above it: the current one where it fits, else the middle of the gap. */
function thresholdOf(k: number, samples: number, score: (rank: number) => number, current: number): number {
  const below = k === samples ? Number.NEGATIVE_INFINITY : score(k);
  const above = k === 0 ? Number.POSITIVE_INFINITY : score(k - 1);
  if (current > below && current <= above) return current;
  if (k === 0) return nextAbove(below);
  if (k === samples) return above;
  const middle = (below + above) / 2;
  return middle > below ? middle : above;
}

/** A little more than the largest score, so that nothing is above. */
function nextAbove(value: number): number {
  return value + Math.max(Math.abs(value), 1) * Number.EPSILON * 4;
}
