import type { AgreementEvidence } from '../bundle/evidence/agreement-evidence.ts';
import type { Stage, StageEvidence } from '../bundle/evidence/validation-evidence.ts';
import type { Manifest } from '../bundle/manifest.ts';
import { float32Elements } from '../engines/tensor.ts';
import { findHeads } from '../policy/find-heads.ts';
import type { Policy } from '../policy/policy.ts';
import { AgreementAccumulator, type AgreementOptions } from './agreement/accumulate-agreement.ts';
import type { BothAnswers } from './ask-both.ts';
import type { Batch } from './batch.ts';
import type { OpenedSource } from './inputs/opened-source.ts';
import { fingerprint } from './near-copies/fingerprint.ts';
import type { NearCopyIndex } from './near-copies/near-copy-index.ts';
import type { Sample, Scores } from './sample.ts';
import { readLabels } from './sources/read-labels.ts';
import { readPrevalence } from './sources/read-prevalence.ts';
import { StageTally } from './stages/stage-tally.ts';

export interface ComparisonOptions {
  readonly manifest: Manifest;
  readonly policy: Policy | null;
  readonly minAgreement: number;
  readonly stage: Stage;
  readonly source: OpenedSource;
  readonly nearCopies: NearCopyIndex | null;
  /** Paths of the CSV files with the true classes and with the production mix. */
  readonly labels: string | undefined;
  readonly prevalence: string | undefined;
  readonly matchThresholds: boolean;
  /** How many flips are listed. */
  readonly listedFlips: number;
}

/** Everything that one validation counts, from the first answers on: they tell what the scores are where the manifest doesn't. */
export class Comparison {
  readonly #options: ComparisonOptions;
  readonly #counted: AgreementOptions;
  readonly #accumulator: AgreementAccumulator;
  readonly #tally: StageTally;
  readonly #labels: ReadonlyMap<string, readonly number[]> | null;
  /** Inputs that are no pictures in the pipeline's range. */
  #strange = 0;

  /** `seen`: the candidate's first answers. Errors: those of the policy's, the labels' and the mix's readers. */
  constructor(options: ComparisonOptions, seen: readonly Scores[]) {
    const { manifest, policy, minAgreement, source, labels, prevalence, matchThresholds, listedFlips } = options;
    this.#options = options;
    const firstScores = manifest.outputs.map((_, output) => Float32Array.from(seen.flatMap((row) => [...(row[output] ?? [])])));
    const heads = findHeads(manifest.outputs, manifest.classes, firstScores);
    const isLabelled = ({ classes }: (typeof heads)[number]) => classes.every((name) => manifest.classes?.includes(name));
    const labelledHead = labels === undefined ? null : Math.max(0, heads.findIndex(isLabelled));
    this.#labels =
      labels === undefined ? null : readLabels(labels, heads[labelledHead ?? 0] as (typeof heads)[number], (name) => source.imageOf(name));
    const mix = prevalence === undefined ? null : readPrevalence(prevalence, heads);
    this.#counted = { heads, policy, minAgreement, labelledHead, prevalence: mix, matchThresholds, listedFlips };
    this.#accumulator = new AgreementAccumulator(this.#counted);
    this.#tally = new StageTally(options.stage, this.#accumulator);
  }

  /** Counts a batch; gives its rows as they were counted. */
  add(batch: Batch, answers: BothAnswers): readonly Sample[] {
    const samples = batch.rows.map(
      (row, index): Sample => ({
        id: row.id,
        image: row.image,
        reference: answers.reference[index] as Scores | null,
        candidate: answers.candidate[index] as Scores,
        nearCopyOf: this.#nearCopyOf(batch, index),
        source: row.source,
        label: this.#labels?.get(row.id) ?? null,
      }),
    );
    for (const sample of samples) this.#tally.add(sample, false);
    return samples;
  }

  /** An image that the reference answered and the candidate's pipeline refused. */
  addRefused(id: string, reference: Scores): void {
    const label = this.#labels?.get(id) ?? null;
    this.#tally.add({ id, image: null, reference, candidate: null, nearCopyOf: null, source: null, label }, false);
  }

  #nearCopyOf({ inputs: [input], rows }: Batch, index: number): string | null {
    const { nearCopies, source, manifest } = this.#options;
    if (nearCopies === null || input === undefined) return null;
    const isChannelsFirst = manifest.inputs[0]?.layout === 'NCHW';
    const [height, width] = (isChannelsFirst ? input.shape.slice(2) : input.shape.slice(1)) as [number, number];
    const print = fingerprint(rowOf(input, index), height, width, source.ranges, isChannelsFirst);
    if (print === undefined) {
      this.#strange += 1;
      return null;
    }
    return nearCopies.add((rows[index] as Batch['rows'][number]).id, print) ?? null;
  }

  /** Counts agreement alone, of the same heads by the same policy. */
  newAccumulator(listedFlips: number): AgreementAccumulator {
    return new AgreementAccumulator({ ...this.#counted, labelledHead: null, prevalence: null, matchThresholds: false, listedFlips });
  }

  /** `417 of 420 agree` */
  words(): string {
    return `${this.#accumulator.agreements} of ${this.#accumulator.samples} agree`;
  }

  /** What a reader must know beside the figures. */
  get warnings(): readonly string[] {
    if (this.#strange === 0) return [];
    return [
      `${this.#strange} inputs lie outside of the range that the pipeline gives (${rangeWords(this.#options.source)}): are they prepared as the model expects? Near copies among them weren't looked for, each counts`,
    ];
  }

  evidence(): AgreementEvidence {
    return this.#accumulator.evidence();
  }

  stageEvidence(): StageEvidence {
    return this.#tally.evidence();
  }
}

function rangeWords({ ranges }: OpenedSource): string {
  const ends = ranges.flatMap(({ low, high }) => [low, high]);
  return `${Number(Math.min(...ends).toPrecision(4))} to ${Number(Math.max(...ends).toPrecision(4))}`;
}

/** A picture's row as numbers, whatever the model takes. */
function rowOf(tensor: Batch['inputs'][number], row: number): Float32Array {
  const size = tensor.shape.slice(1).reduce((product, each) => product * each, 1);
  if (tensor.dtype === 'float32') return float32Elements(tensor).subarray(row * size, (row + 1) * size);
  return Float32Array.from(tensor.data.subarray(row * size, (row + 1) * size));
}
