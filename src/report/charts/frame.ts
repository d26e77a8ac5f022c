import { type Html, html } from '../../core/html.ts';
import { scrollBox } from '../scroll-box.ts';
import type { Scale } from './scale.ts';

/** Pixels of the drawing; it is stretched to the page's width, and on a narrow one shrinks no further than its words can be read. */
export const CHART = { width: 760, height: 260, left: 64, right: 744, top: 14, bottom: 222 } as const;

export interface Tick {
  readonly value: number;
  readonly label: string;
}

/** Axes with their numbers around a drawing. `description` is what a screen reader reads. */
export function chartFrame(
  {
    x,
    y,
    xTicks,
    yTicks,
    xTitle,
  }: { readonly x: Scale; readonly y: Scale; readonly xTicks: readonly Tick[]; readonly yTicks: readonly Tick[]; readonly xTitle: string },
  drawing: Html,
  description: string,
): Html {
  const { width, height, left, right, top, bottom } = CHART;
  return scrollBox(
    html`<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${description}">
${yTicks.map(
  ({ value, label }) =>
    html`<line class="grid" x1="${left}" x2="${right}" y1="${px(y(value))}" y2="${px(y(value))}"/><text x="${left - 8}" y="${px(y(value) + 4)}" text-anchor="end">${label}</text>`,
)}
${xTicks.map(({ value, label }) => html`<text x="${px(x(value))}" y="${bottom + 18}" text-anchor="middle">${label}</text>`)}
<line class="axis" x1="${left}" x2="${right}" y1="${bottom}" y2="${bottom}"/>
<text x="${(left + right) / 2}" y="${height - 4}" text-anchor="middle">${xTitle}</text>
<g>${drawing}</g>
<line class="axis" x1="${left}" x2="${left}" y1="${top}" y2="${bottom}"/>
</svg>`,
    `Chart: ${xTitle}`,
  );
}

/** Tenths of a pixel are enough, and keep a page small. */
export function px(value: number): string {
  return String(Math.round(value * 10) / 10);
}
