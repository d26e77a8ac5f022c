import { invariant } from '../core/errors.ts';

/** Buckets per doubling: neighbours differ by 1.1 %, so a quantile is off by at most 0.55 %. */
const PER_OCTAVE = 64;

/**
 * Counts of numbers from 0 up in buckets of equal relative width: quantiles of any number of samples in little memory, the largest and the
 * mean exactly. Two histograms merge into the one that would have seen both series. (The idea of HdrHistogram and DDSketch, Masson et al.,
 * VLDB 12 (2019), without a fixed range.)
 */
export class LogHistogram {
  readonly #buckets = new Map<number, number>();
  #zeros = 0;
  #count = 0;
  #sum = 0;
  #max = 0;

  add(value: number): void {
    invariant(value >= 0 && value < Number.POSITIVE_INFINITY, `a histogram of ${value}`);
    this.#count += 1;
    this.#sum += value;
    if (value > this.#max) this.#max = value;
    if (value === 0) {
      this.#zeros += 1;
      return;
    }
    const bucket = Math.floor(Math.log2(value) * PER_OCTAVE);
    this.#buckets.set(bucket, (this.#buckets.get(bucket) ?? 0) + 1);
  }

  merge(other: LogHistogram): void {
    for (const [bucket, count] of other.#buckets) this.#buckets.set(bucket, (this.#buckets.get(bucket) ?? 0) + count);
    this.#zeros += other.#zeros;
    this.#count += other.#count;
    this.#sum += other.#sum;
    this.#max = Math.max(this.#max, other.#max);
  }

  get count(): number {
    return this.#count;
  }

  /** NaN for none, like `mean` and every quantile. */
  get max(): number {
    return this.#count === 0 ? Number.NaN : this.#max;
  }

  get mean(): number {
    return this.#sum / this.#count;
  }

  /** The smallest value that at least the share `p` of all doesn't exceed (nearest rank), to within half a bucket; the largest for p = 1. */
  quantile(p: number): number {
    invariant(p >= 0 && p <= 1, `the quantile ${p}`);
    if (this.#count === 0) return Number.NaN;
    const rank = Math.max(1, Math.ceil(p * this.#count));
    if (rank >= this.#count) return this.#max;
    let seen = this.#zeros;
    if (seen >= rank) return 0;
    for (const { bucket, count } of this.#sorted()) {
      seen += count;
      if (seen >= rank) return Math.min(2 ** ((bucket + 0.5) / PER_OCTAVE), this.#max);
    }
    return this.#max;
  }

  /** Counts by power of ten, for a chart: `exponent` −6 counts 1e-6 ≤ x < 1e-5, null the zeros. A bucket belongs where its middle lies. */
  decades(): readonly { readonly exponent: number | null; readonly count: number }[] {
    const counts = new Map<number, number>();
    for (const { bucket, count } of this.#sorted()) {
      const exponent = Math.floor(((bucket + 0.5) / PER_OCTAVE) * Math.LOG10E * Math.LN2);
      counts.set(exponent, (counts.get(exponent) ?? 0) + count);
    }
    const zeros = this.#zeros > 0 ? [{ exponent: null, count: this.#zeros }] : [];
    return [...zeros, ...[...counts].map(([exponent, count]) => ({ exponent, count }))];
  }

  #sorted(): readonly { readonly bucket: number; readonly count: number }[] {
    return [...this.#buckets].map(([bucket, count]) => ({ bucket, count })).sort((a, b) => a.bucket - b.bucket);
  }
}
