import type { SeriesPoint } from '../../bundle/evidence/agreement-evidence.ts';
import { clopperPearson } from '../../statistics/clopper-pearson.ts';
import { peekSafeLowerBound } from '../../statistics/peek-safe-bound.ts';
import { ALPHA } from './rate.ts';

/** More than a chart has pixels to show apart. */
const MOST_POINTS = 256;

/** The agreement as it developed, at even distances however many samples come: when the points are full, every other one goes. */
export class AgreementSeries {
  #points: { samples: number; agreements: number }[] = [];
  #step = 1;

  add(samples: number, agreements: number): void {
    if (samples % this.#step !== 0) return;
    this.#points.push({ samples, agreements });
    if (this.#points.length < MOST_POINTS) return;
    this.#step *= 2;
    this.#points = this.#points.filter((point) => point.samples % this.#step === 0);
  }

  /** With the last state, wherever it lies. */
  evidence(samples: number, agreements: number): readonly SeriesPoint[] {
    const isLast = this.#points.at(-1)?.samples === samples;
    const points = isLast || samples === 0 ? this.#points : [...this.#points, { samples, agreements }];
    return points.map((point) => ({
      ...point,
      ...clopperPearson(point.agreements, point.samples, ALPHA),
      lowerBound: peekSafeLowerBound(point.agreements, point.samples, ALPHA),
    }));
  }
}
