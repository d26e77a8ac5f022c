/** How far two models agree, as JSON. Intervals are two-sided at 95 %, bounds one-sided at 95 %. */
export interface AgreementEvidence {
  /** Images (or rows) that both sides answered, near copies included. */
  readonly images: number;
  /** What counts: near copies once, those that both sides left undecided not at all. */
  readonly samples: number;
  readonly agreements: number;
  /** 0…1; null without samples. */
  readonly agreement: number | null;
  readonly clopperPearson: IntervalEvidence;
  /**
   * Of the agreement, valid however often anyone looked: the closed form of the mixture e-process at these counts, whatever their order
   * (src/statistics/peek-safe-bound.ts).
   */
  readonly lowerBound: number;
  readonly minAgreement: number;
  /** `refuted`: the agreement lies below `minAgreement` with the same certainty; `uncertain`: too few samples to say. */
  readonly verdict: 'certified' | 'refuted' | 'uncertain';
  /** `lowerBound` reaches `minAgreement`, and every gate of the policy is met. */
  readonly passed: boolean;
  /** How many samples it would take; null where `lowerBound` reaches `minAgreement`. */
  readonly needed: NeededSamples | null;
  readonly gates: readonly GateEvidence[];

  readonly heads: readonly HeadEvidence[];
  /** Images with a score that is no number: decided by nobody. One-sided ones are disagreements. */
  readonly undecided: { readonly both: number; readonly reference: number; readonly candidate: number };
  /** By class as the reference decides it. */
  readonly byClass: readonly ClassEvidence[];
  /** Disagreements by label, the most frequent first. */
  readonly transitions: readonly { readonly from: string; readonly to: string; readonly samples: number }[];
  /** With a policy: what became of each action of the reference; the pairs that differ. */
  readonly directions: readonly DirectionEvidence[] | null;
  /** With a policy: the actions alone, when a change of class within one action doesn't matter. */
  readonly actions: (RateEvidence & { readonly agreements: number; readonly lowerBound: number }) | null;

  /** Over all images and scores that are numbers on both sides; null where there are none. */
  readonly maxScoreDifference: number | null;
  /** Of each image's largest difference. */
  readonly scoreDifferences: DifferenceEvidence;
  /** Of each class's own scores. */
  readonly scoreDifferencesByClass: readonly (DifferenceEvidence & { readonly name: string })[];
  readonly nonFinite: { readonly reference: NonFiniteEvidence; readonly candidate: NonFiniteEvidence };

  /** The most dangerous first: block → allow, then the widest margins. At most as many as were asked for. */
  readonly flips: readonly FlipEvidence[];
  readonly flipsTotal: number;
  readonly coverage: CoverageEvidence;
  /** Images that nearly copy an earlier one, and how many of those are decided differently by the two sides. */
  readonly nearCopies: { readonly images: number; readonly flips: number };
  /** Distinct pictures that the samples were made from; null where the samples don't say. */
  readonly sources: number | null;

  readonly accuracy: AccuracyEvidence | null;
  readonly production: ProductionEvidence | null;
  readonly matchedThresholds: readonly MatchedThresholdEvidence[] | null;
  /** The agreement as it developed, at most a few hundred points. */
  readonly series: readonly SeriesPoint[];
}

export interface IntervalEvidence {
  readonly lower: number;
  readonly upper: number;
}

export interface RateEvidence {
  readonly samples: number;
  /** Null without samples. */
  readonly rate: number | null;
  readonly interval: IntervalEvidence;
}

/** Null where it would take more than a billion samples. */
export interface NeededSamples {
  /** If no disagreement came to those seen. */
  readonly atCount: number | null;
  /** If disagreements went on at the share seen; null too where that is above what is allowed. */
  readonly atRate: number | null;
}

export interface GateEvidence {
  readonly kind: 'minAgreement' | 'maxShare';
  /** A class, or `block->allow`. */
  readonly name: string;
  readonly limit: number;
  readonly samples: number;
  /** Of the samples: those that disagree, or that go this way. */
  readonly failures: number;
  /** The certified bound: a lower one of the agreement, an upper one of the share. */
  readonly bound: number;
  /** As of the agreement: `uncertain` where the samples neither certify nor refute it. */
  readonly verdict: AgreementEvidence['verdict'];
  readonly passed: boolean;
  readonly needed: NeededSamples | null;
}

export interface HeadEvidence {
  readonly name: string;
  /** Position among the model's outputs, and so in the scores of a flip. */
  readonly output: number;
  readonly kind: 'softmax' | 'sigmoid' | 'linear';
  readonly classes: readonly string[];
  readonly knownFrom: 'manifest' | 'scores';
}

export interface ClassEvidence extends RateEvidence {
  readonly name: string;
  readonly agreements: number;
  readonly lowerBound: number;
}

export interface DirectionEvidence extends RateEvidence {
  readonly from: string;
  readonly to: string;
  /** Of `samples`, which the reference decided as `from`. */
  readonly count: number;
  readonly upperBound: number;
}

/** Numbers are null where nothing could be compared. Quantiles are exact to half a percent. */
export interface DifferenceEvidence {
  readonly compared: number;
  readonly max: number | null;
  readonly mean: number | null;
  readonly p50: number | null;
  readonly p90: number | null;
  readonly p95: number | null;
  readonly p99: number | null;
  /** By power of ten: −6 counts 1e-6 to 1e-5, null those without any difference. */
  readonly decades: readonly { readonly exponent: number | null; readonly count: number }[];
}

export interface NonFiniteEvidence {
  readonly nan: number;
  readonly infinite: number;
  readonly images: number;
}

/** JSON has no NaN and no infinity. */
export type ScoreEvidence = number | 'NaN' | 'Infinity' | '-Infinity';

export interface DecisionEvidence {
  /** `undecided` where a score is no number. */
  readonly label: string;
  readonly action: string | null;
  /** By output of the model. */
  readonly scores: readonly (readonly ScoreEvidence[])[];
}

export interface FlipEvidence {
  readonly id: string;
  /** Of the image, where there is one. */
  readonly path: string | null;
  readonly reference: DecisionEvidence;
  readonly candidate: DecisionEvidence;
  /** The reference's distance to another decision; null where it has none. */
  readonly margin: number | null;
  /** It isn't counted: the image nearly copies this one. */
  readonly nearCopyOf: string | null;
}

export interface CoverageRow {
  readonly name: string;
  readonly samples: number;
  readonly agreements: number;
}

export interface CoverageEvidence {
  readonly classes: readonly CoverageRow[];
  /** By the reference's margin. */
  readonly margins: readonly CoverageRow[];
  /** Null where the samples are no image files. */
  readonly formats: readonly CoverageRow[] | null;
  readonly aspects: readonly CoverageRow[] | null;
  readonly downscales: readonly CoverageRow[] | null;
  /** What the certificate doesn't speak of. */
  readonly warnings: readonly string[];
}

export interface AccuracyEvidence {
  /** Samples with a label. */
  readonly labelled: number;
  readonly reference: AccuracySide;
  readonly candidate: AccuracySide;
  /** Candidate minus reference, on the same samples. */
  readonly difference: IntervalEvidence & { readonly estimate: number };
  /** Exactly one of them is right. */
  readonly onlyReferenceRight: number;
  readonly onlyCandidateRight: number;
  /** McNemar's exact test of "both are right equally often". */
  readonly pValue: number;
}

export interface AccuracySide extends RateEvidence {
  readonly right: number;
  readonly classes: readonly ClassAccuracy[];
}

export interface ClassAccuracy {
  readonly name: string;
  /** Labelled so, decided so, and both. */
  readonly labelled: number;
  readonly decided: number;
  readonly right: number;
  /** Null where nothing was decided or labelled so. */
  readonly precision: number | null;
  readonly recall: number | null;
}

/** Flips at the production mix, for a million images. */
export interface ProductionEvidence {
  readonly mix: readonly { readonly label: string; readonly share: number; readonly samples: number; readonly flips: number }[];
  readonly flipsPerMillion: PerMillion;
  /** With a policy: what the reference blocks and the candidate allows. */
  readonly blockToAllowPerMillion: PerMillion | null;
}

/** `estimate` is null where a class of the mix has no samples: it could flip at any rate, which the interval holds. */
export interface PerMillion extends IntervalEvidence {
  readonly estimate: number | null;
}

export interface MatchedThresholdEvidence {
  readonly head: string;
  readonly class: string;
  /** What the policy does from the threshold on; null for the plain decision of a sigmoid. */
  readonly action: string | null;
  readonly samples: number;
  readonly current: number;
  /** The candidate's; null without samples. */
  readonly threshold: number | null;
  /** Any threshold between keeps the rate as far as the samples can tell; null where they set no limit. */
  readonly lower: number | null;
  readonly upper: number | null;
  readonly referenceAbove: number;
  readonly candidateAbove: number;
}

export interface SeriesPoint extends IntervalEvidence {
  readonly samples: number;
  readonly agreements: number;
  readonly lowerBound: number;
}
