import type { DifferenceEvidence } from '../../bundle/evidence/agreement-evidence.ts';
import { type Html, html } from '../../core/html.ts';
import { count, superscript } from '../numbers.ts';
import { CHART, chartFrame, px } from './frame.ts';
import { linearScale, niceTicks } from './scale.ts';

/** Images by the power of ten of their largest score difference. */
export function differenceChart({ decades }: DifferenceEvidence): Html | null {
  const exponents = decades.flatMap(({ exponent }) => (exponent === null ? [] : [exponent]));
  const zeros = decades.find(({ exponent }) => exponent === null)?.count ?? 0;
  if (decades.length === 0) return null;
  const { left, right, top, bottom } = CHART;
  const [first, last] = exponents.length === 0 ? [0, -1] : [Math.min(...exponents), Math.max(...exponents)];
  const bars = [
    ...(zeros > 0 ? [{ label: 'none', count: zeros }] : []),
    ...Array.from({ length: last - first + 1 }, (_, index) => ({
      label: `from 10${superscript(first + index)}`,
      count: decades.find(({ exponent }) => exponent === first + index)?.count ?? 0,
    })),
  ];
  const most = Math.max(...bars.map((bar) => bar.count));
  // A few bars aren't drawn as walls.
  const slots = Math.max(bars.length, 6);
  const [x, y] = [linearScale(0, slots, left, right), linearScale(0, most * 1.1, bottom, top)];
  const drawing = bars.map(({ count: images }, index) => {
    const [from, to, high] = [x(index + 0.12), x(index + 0.88), y(images)];
    return html`<rect class="bar" x="${px(from)}" y="${px(high)}" width="${px(to - from)}" height="${px(bottom - high)}"/>
<text x="${px((from + to) / 2)}" y="${px(high - 4)}" text-anchor="middle">${images === 0 ? '' : count(images)}</text>`;
  });
  // A power of ten stands at the border where it begins.
  const borders = Array.from({ length: last - first + 2 }, (_, index) => ({
    value: index + (zeros > 0 ? 1 : 0),
    label: `10${superscript(first + index)}`,
  }));
  const xTicks = [...(zeros > 0 ? [{ value: 0.5, label: 'none' }] : []), ...(exponents.length > 0 ? borders : [])];
  const yTicks = niceTicks(0, most * 1.1, 4)
    .filter(Number.isInteger)
    .map((value) => ({ value, label: count(value) }));
  const description = `Images by their largest score difference: ${bars.map((bar) => `${bar.label}: ${bar.count}`).join(', ')}.`;
  return html`<figure>${chartFrame({ x, y, xTicks, yTicks, xTitle: 'largest difference of an image’s scores' }, html`${drawing}`, description)}</figure>`;
}
