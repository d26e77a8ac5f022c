import type { MatchedThresholdEvidence } from '../../bundle/evidence/agreement-evidence.ts';
import type { Head } from '../../policy/head.ts';
import type { Action, Policy } from '../../policy/policy.ts';
import { matchThreshold } from '../../statistics/matched-threshold.ts';
import type { Sample } from '../sample.ts';
import { ALPHA } from './rate.ts';

/** A threshold of a policy, or the plain one of a sigmoid or a single logit. */
interface Threshold {
  readonly head: Head;
  /** Position in the head's classes. */
  readonly index: number;
  readonly action: Action | null;
  readonly at: number;
}

/**
 * Finds, for each threshold that decides something, the candidate's threshold that keeps the reference's rate: after a change of engine
 * confidences can sit on another scale. Keeps five bytes for each sample and threshold.
 */
export class ThresholdMatching {
  readonly #thresholds: readonly (Threshold & { readonly scores: Growing })[];

  constructor(heads: readonly Head[], policy: Policy | null) {
    this.#thresholds = heads.flatMap((head) => thresholdsOf(head, policy).map((threshold) => ({ ...threshold, scores: new Growing() })));
  }

  /** Samples that a side refused, or with a score that is no number, are left out: no threshold decides them. */
  add({ reference, candidate }: Sample): void {
    if (reference === null || candidate === null) return;
    for (const { head, index, at, scores } of this.#thresholds) {
      const [left, right] = [scoreOf(head, reference, index), scoreOf(head, candidate, index)];
      if (Number.isFinite(left) && Number.isFinite(right)) scores.push(right, left >= at);
    }
  }

  evidence(): readonly MatchedThresholdEvidence[] {
    return this.#thresholds.map(({ head, index, action, at, scores }) => ({
      head: head.name,
      class: head.classes[index] as string,
      action,
      samples: scores.length,
      current: at,
      ...matchThreshold(scores.values(), scores.marks(), at, ALPHA),
    }));
  }
}

function thresholdsOf(head: Head, policy: Policy | null): readonly Threshold[] {
  return head.classes.flatMap((name, index): Threshold[] => {
    const rule = policy !== null && Object.hasOwn(policy.rules, name) ? policy.rules[name] : undefined;
    if (typeof rule === 'object') {
      return (['review', 'block'] as const).flatMap((action) => {
        const at = rule[action];
        return at === undefined ? [] : [{ head, index, action, at }];
      });
    }
    // A class that wins by being the largest has no threshold, nor has the lower class of a single unit.
    if (head.units === 1 ? index === 0 : head.kind !== 'sigmoid') return [];
    return [{ head, index, action: null, at: head.kind === 'linear' ? 0 : 0.5 }];
  });
}

function scoreOf({ output, units }: Head, rows: readonly Float32Array[], index: number): number {
  const row = rows[output] as Float32Array;
  return units > 1 ? (row[index] as number) : index === 1 ? (row[0] as number) : 1 - (row[0] as number);
}

/** A series of scores with a mark each, doubled when full. */
class Growing {
  #scores = new Float32Array(1024);
  #marks = new Uint8Array(1024);
  length = 0;

  push(score: number, mark: boolean): void {
    if (this.length === this.#scores.length) {
      const [scores, marks] = [new Float32Array(2 * this.length), new Uint8Array(2 * this.length)];
      scores.set(this.#scores);
      marks.set(this.#marks);
      [this.#scores, this.#marks] = [scores, marks];
    }
    this.#scores[this.length] = score;
    this.#marks[this.length] = mark ? 1 : 0;
    this.length += 1;
  }

  values(): Float32Array {
    return this.#scores.subarray(0, this.length);
  }

  marks(): Uint8Array {
    return this.#marks.subarray(0, this.length);
  }
}
