/** What the last batches weigh against older ones: about a hundred count. */
const KEPT = 0.99;

/**
 * What a batch costs, learned from those that ran: t(n) = a·n + b, least squares over the recent ones. Milliseconds; neither `a` nor `b` is below 0.
 * Knows nothing before the first batch, and of one size only the mean.
 */
export class CostLine {
  #weight = 0;
  #n = 0;
  #t = 0;
  #nn = 0;
  #nt = 0;

  get isKnown(): boolean {
    return this.#weight > 0;
  }

  /** A batch of `rows` took so long. */
  learn(rows: number, milliseconds: number): void {
    this.#weight = this.#weight * KEPT + 1;
    this.#n = this.#n * KEPT + rows;
    this.#t = this.#t * KEPT + milliseconds;
    this.#nn = this.#nn * KEPT + rows * rows;
    this.#nt = this.#nt * KEPT + rows * milliseconds;
  }

  /** Expected milliseconds of a batch; 0 where nothing is known. */
  milliseconds(rows: number): number {
    const { slope, offset } = this.#line();
    return slope * rows + offset;
  }

  /** The largest batch that takes no longer, one at least. */
  rowsWithin(milliseconds: number): number {
    const { slope, offset } = this.#line();
    if (slope === 0) return Number.POSITIVE_INFINITY;
    return Math.max(1, Math.floor((milliseconds - offset) / slope));
  }

  #line(): { readonly slope: number; readonly offset: number } {
    if (!this.isKnown) return { slope: 0, offset: 0 };
    const [n, t] = [this.#n / this.#weight, this.#t / this.#weight];
    const variance = this.#nn / this.#weight - n * n;
    // Batches of one size say nothing about the slope: all of it is put there, which overstates larger batches.
    const slope = variance > 1e-6 * n * n ? (this.#nt / this.#weight - n * t) / variance : t / n;
    if (slope <= 0) return { slope: 0, offset: t };
    const offset = t - slope * n;
    return offset < 0 ? { slope: t / n, offset: 0 } : { slope, offset };
  }
}
