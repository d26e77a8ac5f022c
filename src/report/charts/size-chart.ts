import { type Html, html } from '../../core/html.ts';
import { megabytes } from '../numbers.ts';
import { CHART, chartFrame, px } from './frame.ts';
import { lanes } from './lanes.ts';
import { linearScale, niceTicks } from './scale.ts';

export interface FileSize {
  readonly name: string;
  readonly sizeBytes: number;
  /** The original, drawn apart from what came of it. */
  readonly isOriginal: boolean;
}

/** File sizes as bars, from zero. */
export function sizeChart(files: readonly FileSize[]): Html {
  const most = Math.max(...files.map(({ sizeBytes }) => sizeBytes));
  const x = linearScale(0, most * 1.02, CHART.left, CHART.right);
  const rows = lanes(files.length);
  const drawing = files.map(({ name, sizeBytes, isOriginal }, index) => {
    const { words, top, bottom } = rows[index] as (typeof rows)[number];
    return html`<text x="${CHART.left + 4}" y="${px(words)}">${name}, ${megabytes(sizeBytes)}</text>
<rect class="${isOriginal ? 'bar original' : 'bar'}" x="${CHART.left}" y="${px(top)}" width="${px(x(sizeBytes) - CHART.left)}" height="${px(bottom - top)}"/>`;
  });
  const xTicks = niceTicks(0, most * 1.02, 6).map((value) => ({ value, label: megabytes(value) }));
  const description = `Sizes: ${files.map(({ name, sizeBytes }) => `${name} ${megabytes(sizeBytes)}`).join(', ')}.`;
  return html`<figure>${chartFrame({ x, y: () => CHART.bottom, xTicks, yTicks: [], xTitle: 'size of the file' }, html`${drawing}`, description)}</figure>`;
}
