import type { Stage, StageEvidence } from '../../bundle/evidence/validation-evidence.ts';
import type { AgreementAccumulator } from '../agreement/accumulate-agreement.ts';
import type { Sample } from '../sample.ts';

/** What came of one stage. */
export class StageTally {
  readonly #stage: Stage;
  readonly #accumulator: AgreementAccumulator;
  readonly #refused = { reference: 0, candidate: 0 };
  #otherInputs = 0;

  constructor(stage: Stage, accumulator: AgreementAccumulator) {
    this.#stage = stage;
    this.#accumulator = accumulator;
  }

  /** `isOtherInput`: the two pipelines made different model inputs of it. */
  add(sample: Sample, isOtherInput: boolean): void {
    this.#accumulator.add(sample);
    if (isOtherInput) this.#otherInputs += 1;
    if (sample.reference === null) this.#refused.reference += 1;
    if (sample.candidate === null) this.#refused.candidate += 1;
  }

  evidence(): StageEvidence {
    const { samples, agreements, agreement, clopperPearson, lowerBound, maxScoreDifference, flips } = this.#accumulator.evidence();
    return {
      stage: this.#stage,
      ...{ samples, agreements, agreement, clopperPearson, lowerBound, maxScoreDifference },
      otherInputs: this.#otherInputs,
      refused: { ...this.#refused },
      flips,
    };
  }
}
