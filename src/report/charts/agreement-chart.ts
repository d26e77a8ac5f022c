import type { SeriesPoint } from '../../bundle/evidence/agreement-evidence.ts';
import { type Html, html } from '../../core/html.ts';
import { count, percent, roundPercent } from '../numbers.ts';
import { CHART, chartFrame, px } from './frame.ts';
import { linearScale, niceTicks } from './scale.ts';

/** The agreement over the samples, with its 95 % interval and the bound that certifies. */
export function agreementChart(series: readonly SeriesPoint[], minAgreement: number): Html | null {
  const last = series.at(-1);
  if (last === undefined) return null;
  const { left, right, top, bottom } = CHART;
  // Most of the picture for what is near the mark; the wide intervals of the first samples run out of it.
  const low = Math.max(0, 1 - 4 * (1 - Math.min(minAgreement, last.lowerBound)));
  const [x, y] = [linearScale(0, last.samples, left, right), linearScale(low, 1, bottom, top)];
  const point = (samples: number, value: number) => `${px(x(samples))},${px(y(value))}`;
  const path = (value: (point: SeriesPoint) => number) => `M${series.map((each) => point(each.samples, value(each))).join('L')}`;
  const band = [...series.map((each) => point(each.samples, each.upper)), ...series.toReversed().map((each) => point(each.samples, each.lower))];
  const limit = px(y(minAgreement));
  const drawing = html`<path class="band" d="M${band.join('L')}Z"/>
<line class="limit" x1="${left}" x2="${right}" y1="${limit}" y2="${limit}"/>
<path class="bound" d="${path((each) => each.lowerBound)}"/>
<path class="line" d="${path((each) => each.agreements / each.samples)}"/>`;
  const xTicks = niceTicks(0, last.samples, 6).map((value) => ({ value, label: count(value) }));
  const yTicks = niceTicks(low, 1, 5).map((value) => ({ value, label: roundPercent(value) }));
  const description = `Agreement over ${count(last.samples)} samples: ${percent(last.agreements / last.samples)}, certified above ${percent(last.lowerBound, 'down')}, asked ${roundPercent(minAgreement)}.`;
  return html`<figure>${chartFrame({ x, y, xTicks, yTicks, xTitle: 'samples' }, drawing, description)}
<figcaption>Line: agreement so far, with its 95 % interval. Dashes: what is certified however often one looks. Red: the ${roundPercent(minAgreement)} asked.</figcaption></figure>`;
}
