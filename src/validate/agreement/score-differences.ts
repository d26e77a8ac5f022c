import type { DifferenceEvidence, NonFiniteEvidence } from '../../bundle/evidence/agreement-evidence.ts';
import { invariant } from '../../core/errors.ts';
import type { Head } from '../../policy/head.ts';
import { LogHistogram } from '../../statistics/log-histogram.ts';
import type { Sample } from '../sample.ts';
import { named } from './class-names.ts';

/** A thousand classes with histograms of their own are some 20 MB; whoever has more looks at the whole. */
const MOST_CLASSES = 1000;

interface NonFiniteCount {
  nan: number;
  infinite: number;
  images: number;
}

/**
 * How far scores differ: by image (its largest difference over all outputs) and by class. Where one of two scores is no number there is no
 * difference to speak of; such scores are counted apart, by side.
 */
export class ScoreDifferences {
  readonly #heads: readonly Head[];
  readonly #byImage = new LogHistogram();
  readonly #byClass: readonly { readonly name: string; readonly output: number; readonly unit: number; readonly histogram: LogHistogram }[];
  readonly #reference: NonFiniteCount = { nan: 0, infinite: 0, images: 0 };
  readonly #candidate: NonFiniteCount = { nan: 0, infinite: 0, images: 0 };

  constructor(heads: readonly Head[]) {
    this.#heads = heads;
    this.#byClass = heads.flatMap((head) =>
      head.units > MOST_CLASSES
        ? []
        : Array.from({ length: head.units }, (_, unit) => ({
            // Of a single unit the score is that of the upper class.
            name: named(this.#heads, head, head.classes[head.units === 1 ? 1 : unit] as string),
            output: head.output,
            unit,
            histogram: new LogHistogram(),
          })),
    );
  }

  add({ id, reference, candidate }: Sample): void {
    if (reference !== null) countNonFinite(this.#reference, reference);
    if (candidate !== null) countNonFinite(this.#candidate, candidate);
    if (reference === null || candidate === null) return;
    invariant(reference.length === candidate.length, `${id}: ${candidate.length} outputs for ${reference.length}`);
    let largest = Number.NaN;
    for (const [output, left] of reference.entries()) {
      const right = candidate[output] as Float32Array;
      invariant(left.length === right.length, `${id}: ${right.length} scores for ${left.length}`);
      for (let i = 0; i < left.length; i++) {
        const difference = Math.abs((left[i] as number) - (right[i] as number));
        if (!(difference <= largest) && Number.isFinite(difference)) largest = difference;
      }
    }
    if (!Number.isNaN(largest)) this.#byImage.add(largest);
    for (const { output, unit, histogram } of this.#byClass) {
      const difference = Math.abs((reference[output]?.[unit] as number) - (candidate[output]?.[unit] as number));
      if (Number.isFinite(difference)) histogram.add(difference);
    }
  }

  byImage(): DifferenceEvidence {
    return describe(this.#byImage);
  }

  byClass(): readonly (DifferenceEvidence & { readonly name: string })[] {
    return this.#byClass.map(({ name, histogram }) => ({ name, ...describe(histogram) }));
  }

  nonFinite(): { readonly reference: NonFiniteEvidence; readonly candidate: NonFiniteEvidence } {
    return { reference: { ...this.#reference }, candidate: { ...this.#candidate } };
  }
}

function countNonFinite(count: NonFiniteCount, rows: readonly Float32Array[]): void {
  let found = false;
  for (const row of rows) {
    for (const score of row) {
      if (Number.isFinite(score)) continue;
      found = true;
      if (Number.isNaN(score)) count.nan += 1;
      else count.infinite += 1;
    }
  }
  if (found) count.images += 1;
}

function describe(histogram: LogHistogram): DifferenceEvidence {
  const orNull = (value: number) => (Number.isNaN(value) ? null : value);
  const quantile = (p: number) => orNull(histogram.quantile(p));
  return {
    compared: histogram.count,
    max: orNull(histogram.max),
    mean: orNull(histogram.mean),
    p50: quantile(0.5),
    p90: quantile(0.9),
    p95: quantile(0.95),
    p99: quantile(0.99),
    decades: histogram.decades(),
  };
}
