import type { DecisionEvidence, FlipEvidence, ScoreEvidence } from '../../bundle/evidence/agreement-evidence.ts';
import { printFloat } from '../../dialects/print-float.ts';
import type { Decision } from '../../policy/decision.ts';
import type { Sample, Scores } from '../sample.ts';

/** The flips worth looking at: all are counted, the most dangerous kept. */
export class Flips {
  readonly #limit: number;
  #kept: FlipEvidence[] = [];
  #total = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  add(sample: Sample, reference: Decision, candidate: Decision): void {
    this.#total += 1;
    this.#kept.push({
      id: sample.id,
      path: sample.image?.path ?? null,
      reference: describe(reference, sample.reference),
      candidate: describe(candidate, sample.candidate),
      margin: reference.kind === 'decided' ? reference.margin : null,
      nearCopyOf: sample.nearCopyOf,
    });
    // Sorted once in a while, so that a model that disagrees everywhere costs no more than one that does seldom.
    if (this.#kept.length > 2 * this.#limit + 100) this.#kept = this.#sorted();
  }

  get total(): number {
    return this.#total;
  }

  list(): readonly FlipEvidence[] {
    return this.#sorted();
  }

  #sorted(): FlipEvidence[] {
    return this.#kept.toSorted((a, b) => danger(b) - danger(a) || (b.margin ?? 0) - (a.margin ?? 0)).slice(0, this.#limit);
  }
}

/** What is blocked and then allowed, then what only one side decides, then everything else that loses severity. */
function danger({ reference, candidate }: FlipEvidence): number {
  if (reference.action === 'block' && candidate.action === 'allow') return 3;
  if (reference.label === UNDECIDED || candidate.label === UNDECIDED) return 2;
  return (reference.action === 'block' || reference.action === 'review') && candidate.action !== 'block' && reference.action !== candidate.action
    ? 1
    : 0;
}

const UNDECIDED = 'undecided';

function describe(decision: Decision, scores: Scores | null): DecisionEvidence {
  const decided = decision.kind === 'decided';
  return {
    label: decided ? decision.label : UNDECIDED,
    action: decided ? decision.action : null,
    scores: (scores ?? []).map((row) => Array.from(row.subarray(0, MOST_SCORES), asJson)),
  };
}

/** Of an output that is a map of scores, the beginning must do. */
const MOST_SCORES = 1000;

/** As few digits as read back as the same float32. */
function asJson(score: number): ScoreEvidence {
  return Number.isFinite(score) ? Number(printFloat(score, 'float32')) : (String(score) as ScoreEvidence);
}
