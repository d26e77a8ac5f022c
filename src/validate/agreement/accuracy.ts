import type { AccuracyEvidence, AccuracySide } from '../../bundle/evidence/agreement-evidence.ts';
import type { Decision, HeadDecision } from '../../policy/decision.ts';
import type { Head } from '../../policy/head.ts';
import { mcnemarExact } from '../../statistics/mcnemar.ts';
import { pairedDifference } from '../../statistics/paired-difference.ts';
import { ALPHA, rateOf } from './rate.ts';

/** Both sides against people's labels, on one head. Right is what decides exactly the labelled classes; undecided is wrong. */
export class Accuracy {
  readonly #head: Head;
  readonly #position: number;
  readonly #labelled: number[];
  readonly #reference: Side;
  readonly #candidate: Side;
  #samples = 0;
  #onlyReference = 0;
  #onlyCandidate = 0;

  /** `position`: of the head that the labels are about. */
  constructor(heads: readonly Head[], position: number) {
    this.#head = heads[position] as Head;
    this.#position = position;
    this.#labelled = this.#head.classes.map(() => 0);
    this.#reference = newSide(this.#head);
    this.#candidate = newSide(this.#head);
  }

  add(label: readonly number[], reference: Decision, candidate: Decision): void {
    this.#samples += 1;
    for (const index of label) this.#labelled[index] = (this.#labelled[index] as number) + 1;
    const left = judge(this.#reference, label, headDecision(reference, this.#position));
    const right = judge(this.#candidate, label, headDecision(candidate, this.#position));
    if (left && !right) this.#onlyReference += 1;
    if (right && !left) this.#onlyCandidate += 1;
  }

  evidence(): AccuracyEvidence {
    return {
      labelled: this.#samples,
      reference: this.#side(this.#reference),
      candidate: this.#side(this.#candidate),
      difference: pairedDifference(this.#onlyCandidate, this.#onlyReference, this.#samples, ALPHA),
      onlyReferenceRight: this.#onlyReference,
      onlyCandidateRight: this.#onlyCandidate,
      pValue: mcnemarExact(this.#onlyReference, this.#onlyCandidate),
    };
  }

  #side({ right, decided, rightByClass }: Side): AccuracySide {
    const share = (count: number, of: number) => (of === 0 ? null : count / of);
    return {
      right,
      ...rateOf(right, this.#samples),
      classes: this.#head.classes.map((name, index) => {
        const [labelled, named, both] = [this.#labelled[index] as number, decided[index] as number, rightByClass[index] as number];
        return { name, labelled, decided: named, right: both, precision: share(both, named), recall: share(both, labelled) };
      }),
    };
  }
}

interface Side {
  right: number;
  readonly decided: number[];
  readonly rightByClass: number[];
}

function newSide({ classes }: Head): Side {
  return { right: 0, decided: classes.map(() => 0), rightByClass: classes.map(() => 0) };
}

function headDecision(decision: Decision, position: number): HeadDecision | undefined {
  return decision.kind === 'decided' ? decision.heads[position] : undefined;
}

function judge(side: Side, label: readonly number[], decision: HeadDecision | undefined): boolean {
  if (decision === undefined) return false;
  for (const index of decision.classes) {
    side.decided[index] = (side.decided[index] as number) + 1;
    if (label.includes(index)) side.rightByClass[index] = (side.rightByClass[index] as number) + 1;
  }
  const isRight = label.length === decision.classes.length && label.every((index) => decision.classes.includes(index));
  if (isRight) side.right += 1;
  return isRight;
}
