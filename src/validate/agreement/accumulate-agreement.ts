import type { AgreementEvidence, ClassEvidence } from '../../bundle/evidence/agreement-evidence.ts';
import { invariant } from '../../core/errors.ts';
import { createDecider, type Decider } from '../../policy/create-decider.ts';
import { type Decision, isSameDecision } from '../../policy/decision.ts';
import type { Head } from '../../policy/head.ts';
import type { Policy } from '../../policy/policy.ts';
import { peekSafeLowerBound } from '../../statistics/peek-safe-bound.ts';
import type { Sample, Scores } from '../sample.ts';
import { Accuracy } from './accuracy.ts';
import { AgreementSeries } from './agreement-series.ts';
import { Coverage } from './coverage.ts';
import { Directions } from './directions.ts';
import { Flips } from './flips.ts';
import { ProductionMix } from './production-mix.ts';
import { ALPHA, rateOf } from './rate.ts';
import { ScoreDifferences } from './score-differences.ts';
import { ThresholdMatching } from './threshold-matching.ts';
import { judgeAgreement, judgeGates } from './verdict.ts';

export interface AgreementOptions {
  /** From `findHeads`. */
  readonly heads: readonly Head[];
  readonly policy: Policy | null;
  /** Strictly between 0 and 1. */
  readonly minAgreement: number;
  /** Position of the head that labels are about; null without labels. */
  readonly labelledHead: number | null;
  /** Shares by label of the reference's decision, which sum to 1; null without `--prevalence`. */
  readonly prevalence: ReadonlyMap<string, number> | null;
  readonly matchThresholds: boolean;
  /** How many flips are listed; all are counted. */
  readonly listedFlips: number;
}

/**
 * Turns answers to the same inputs, one after the other, into the evidence of how far two models agree. Memory doesn't grow with the number of
 * samples, but for the names of distinct sources and five bytes for each threshold to be matched.
 *
 * A sample counts unless it nearly copies an earlier one, whose outcome then stands for both, or neither side decided it. Score differences and
 * scores that are no numbers are taken of all.
 */
export class AgreementAccumulator {
  readonly #options: AgreementOptions;
  readonly #decide: Decider;
  readonly #differences: ScoreDifferences;
  readonly #coverage: Coverage;
  readonly #directions = new Directions();
  readonly #flips: Flips;
  readonly #series = new AgreementSeries();
  readonly #accuracy: Accuracy | null;
  readonly #production: ProductionMix | null;
  readonly #matching: ThresholdMatching | null;
  readonly #transitions = new Map<string, { from: string; to: string; samples: number }>();
  readonly #undecided = { both: 0, reference: 0, candidate: 0 };
  readonly #nearCopies = { images: 0, flips: 0 };
  readonly #sources = new Set<string>();
  #hasAllSources = true;
  #images = 0;
  #samples = 0;
  #agreements = 0;

  /** Errors: `usage` where the policy doesn't fit the heads. */
  constructor(options: AgreementOptions) {
    const { heads, policy, minAgreement, labelledHead, prevalence, matchThresholds, listedFlips } = options;
    invariant(minAgreement > 0 && minAgreement < 1, `a least agreement of ${minAgreement}`);
    this.#options = options;
    this.#decide = createDecider(heads, policy);
    this.#differences = new ScoreDifferences(heads);
    this.#coverage = new Coverage(heads);
    this.#flips = new Flips(listedFlips);
    this.#accuracy = labelledHead === null ? null : new Accuracy(heads, labelledHead);
    this.#production = prevalence === null ? null : new ProductionMix(prevalence);
    this.#matching = matchThresholds ? new ThresholdMatching(heads, policy) : null;
  }

  add(sample: Sample): void {
    const [reference, candidate] = [this.#decision(sample.reference), this.#decision(sample.candidate)];
    this.#images += 1;
    this.#differences.add(sample);
    if (reference.kind === 'undecided' && candidate.kind === 'undecided') {
      this.#undecided.both += 1;
      return;
    }
    const agrees = isSameDecision(reference, candidate);
    if (!agrees) this.#flips.add(sample, reference, candidate);
    if (sample.nearCopyOf !== null) {
      this.#nearCopies.images += 1;
      if (!agrees) this.#nearCopies.flips += 1;
      return;
    }
    this.#count(sample, reference, candidate, agrees);
  }

  #decision(scores: Scores | null): Decision {
    return scores === null ? { kind: 'undecided', reason: 'refused' } : this.#decide(scores);
  }

  #count(sample: Sample, reference: Decision, candidate: Decision, agrees: boolean): void {
    this.#samples += 1;
    if (agrees) this.#agreements += 1;
    else this.#addTransition(labelOf(reference), labelOf(candidate));
    if (reference.kind === 'undecided') this.#undecided.reference += 1;
    if (candidate.kind === 'undecided') this.#undecided.candidate += 1;
    this.#series.add(this.#samples, this.#agreements);
    this.#coverage.add(reference, sample.image, agrees);
    this.#directions.add(reference, candidate);
    this.#production?.add(reference, candidate, agrees);
    this.#matching?.add(sample);
    if (sample.label !== null) this.#accuracy?.add(sample.label, reference, candidate);
    if (sample.source === null) this.#hasAllSources = false;
    else this.#sources.add(sample.source);
  }

  #addTransition(from: string, to: string): void {
    const key = JSON.stringify([from, to]);
    const transition = this.#transitions.get(key);
    if (transition === undefined) this.#transitions.set(key, { from, to, samples: 1 });
    else transition.samples += 1;
  }

  get samples(): number {
    return this.#samples;
  }

  get agreements(): number {
    return this.#agreements;
  }

  evidence(): AgreementEvidence {
    const { heads, policy, minAgreement } = this.#options;
    const { lowerBound, verdict, needed } = judgeAgreement(this.#agreements, this.#samples, minAgreement);
    const gates = policy === null ? [] : judgeGates(policy, heads, this.#coverage.classes, this.#directions);
    const { rate, interval } = rateOf(this.#agreements, this.#samples);
    const scoreDifferences = this.#differences.byImage();
    return {
      images: this.#images,
      samples: this.#samples,
      agreements: this.#agreements,
      agreement: rate,
      clopperPearson: interval,
      lowerBound,
      minAgreement,
      verdict,
      passed: verdict === 'certified' && gates.every(({ passed }) => passed),
      needed,
      gates,
      heads: heads.map(({ name, output, kind, classes, knownFrom }) => ({ name, output, kind, classes, knownFrom })),
      undecided: { ...this.#undecided },
      byClass: this.#coverage.classes.rows().map(classEvidence),
      transitions: [...this.#transitions.values()].sort((a, b) => b.samples - a.samples),
      directions: policy === null ? null : this.#directions.evidence(),
      actions: policy === null ? null : this.#directions.actions(),
      maxScoreDifference: scoreDifferences.max,
      scoreDifferences,
      scoreDifferencesByClass: this.#differences.byClass(),
      nonFinite: this.#differences.nonFinite(),
      flips: this.#flips.list(),
      flipsTotal: this.#flips.total,
      coverage: this.#coverage.evidence(),
      nearCopies: { ...this.#nearCopies },
      sources: this.#hasAllSources && this.#samples > 0 ? this.#sources.size : null,
      accuracy: this.#accuracy?.evidence() ?? null,
      production: this.#production?.evidence(policy !== null) ?? null,
      matchedThresholds: this.#matching?.evidence() ?? null,
      series: this.#series.evidence(this.#samples, this.#agreements),
    };
  }
}

function classEvidence({ name, samples, agreements }: { name: string; samples: number; agreements: number }): ClassEvidence {
  return { name, agreements, ...rateOf(agreements, samples), lowerBound: peekSafeLowerBound(agreements, samples, ALPHA) };
}

function labelOf(decision: Decision): string {
  return decision.kind === 'decided' ? decision.label : 'undecided';
}
