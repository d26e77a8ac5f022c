import type { AgreementEvidence, DirectionEvidence } from '../../bundle/evidence/agreement-evidence.ts';
import type { Decision } from '../../policy/decision.ts';
import { ACTIONS } from '../../policy/policy.ts';
import { peekSafeLowerBound, peekSafeUpperBound } from '../../statistics/peek-safe-bound.ts';
import { ALPHA, rateOf } from './rate.ts';

const UNDECIDED = 'undecided';

/** What became of each action of the reference. */
export class Directions {
  readonly #counts = new Map<string, number>();

  add(reference: Decision, candidate: Decision): void {
    const key = `${actionOf(reference)}->${actionOf(candidate)}`;
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
  }

  count(from: string, to: string): number {
    return this.#counts.get(`${from}->${to}`) ?? 0;
  }

  /** Samples of which the reference's action is `from`. */
  total(from: string): number {
    return [...ACTIONS, UNDECIDED].reduce((sum, to) => sum + this.count(from, to), 0);
  }

  /** Every pair of different actions, what was blocked first; those from or to `undecided` only where there are any. */
  evidence(): readonly DirectionEvidence[] {
    const severest = [...ACTIONS].reverse();
    return [...severest, UNDECIDED].flatMap((from) =>
      [...ACTIONS, UNDECIDED].flatMap((to): DirectionEvidence[] => {
        const [count, samples] = [this.count(from, to), this.total(from)];
        if (from === to || (count === 0 && (from === UNDECIDED || to === UNDECIDED))) return [];
        return [{ from, to, count, ...rateOf(count, samples), upperBound: peekSafeUpperBound(count, samples, ALPHA) }];
      }),
    );
  }

  actions(): NonNullable<AgreementEvidence['actions']> {
    const agreements = ACTIONS.reduce((sum, action) => sum + this.count(action, action), 0);
    const samples = [...ACTIONS, UNDECIDED].reduce((sum, from) => sum + this.total(from), 0);
    return { agreements, ...rateOf(agreements, samples), lowerBound: peekSafeLowerBound(agreements, samples, ALPHA) };
  }
}

function actionOf(decision: Decision): string {
  return decision.kind === 'undecided' ? UNDECIDED : (decision.action ?? UNDECIDED);
}
