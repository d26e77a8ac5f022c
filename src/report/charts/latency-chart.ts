import type { RunFigures } from '../../bundle/evidence/benchmark-evidence.ts';
import { type Html, html } from '../../core/html.ts';
import { milliseconds } from '../numbers.ts';
import { CHART, chartFrame, px } from './frame.ts';
import { lanes } from './lanes.ts';
import { linearScale, niceTicks } from './scale.ts';

export interface LatencySeries {
  readonly name: string;
  readonly figures: RunFigures;
  readonly isOriginal: boolean;
}

/** How long a batch takes: a dot for the median of each round, a bar from p50 to p99 with a stroke at p95, all on one scale from zero. */
export function latencyChart(series: readonly LatencySeries[]): Html {
  const most = 1.05 * Math.max(...series.flatMap(({ figures }) => [figures.p99Ms, ...figures.roundMediansMs]));
  const x = linearScale(0, most, CHART.left, CHART.right);
  const rows = lanes(series.length);
  const drawing = series.map(({ name, figures: { p50Ms, p95Ms, p99Ms, roundMediansMs }, isOriginal }, index) => {
    const { words, top, bottom } = rows[index] as (typeof rows)[number];
    const kind = isOriginal ? ' original' : '';
    const middle = px((top + bottom) / 2);
    return html`<text x="${CHART.left + 4}" y="${px(words)}">${name}: p50 ${milliseconds(p50Ms)}, p95 ${milliseconds(p95Ms)}, p99 ${milliseconds(p99Ms)}</text>
<rect class="range${kind}" x="${px(x(p50Ms))}" y="${px(top)}" width="${px(Math.max(1, x(p99Ms) - x(p50Ms)))}" height="${px(bottom - top)}"/>
<line class="mark${kind}" x1="${px(x(p50Ms))}" x2="${px(x(p50Ms))}" y1="${px(top)}" y2="${px(bottom)}"/>
<line class="mark${kind}" x1="${px(x(p95Ms))}" x2="${px(x(p95Ms))}" y1="${px(top)}" y2="${px(bottom)}"/>
${roundMediansMs.map((median) => html`<circle class="dot${kind}" cx="${px(x(median))}" cy="${middle}" r="3"/>`)}`;
  });
  const xTicks = niceTicks(0, most, 6).map((value) => ({ value, label: `${value} ms` }));
  const description = `Latency: ${series.map(({ name, figures }) => `${name} p50 ${milliseconds(figures.p50Ms)}, p99 ${milliseconds(figures.p99Ms)}`).join('; ')}.`;
  return html`<figure>${chartFrame({ x, y: () => CHART.bottom, xTicks, yTicks: [], xTitle: 'time of one batch' }, html`${drawing}`, description)}
<figcaption>Each dot is the median of one round; the frameworks ran in turns. The bar goes from p50 to p99, with strokes at p50 and p95.</figcaption></figure>`;
}
