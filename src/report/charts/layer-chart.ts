import type { LayerEvidence } from '../../bundle/evidence.ts';
import { type Html, html } from '../html.ts';
import { superscript } from '../numbers.ts';
import { CHART, chartFrame, px } from './frame.ts';
import { linearScale } from './scale.ts';

/** The largest absolute difference of each call, in call order, on a scale of powers of ten; the first that diverges is marked. */
export function layerChart(layers: readonly LayerEvidence[], firstDivergence: string | null): Html | null {
  const measured = layers.flatMap((layer) => ('absorbedBy' in layer ? [] : [layer]));
  if (measured.length === 0) return null;
  const { left, right, top, bottom } = CHART;
  const exponents = measured.flatMap(({ maxAbsoluteDifference }) =>
    maxAbsoluteDifference > 0 && Number.isFinite(maxAbsoluteDifference) ? [Math.log10(maxAbsoluteDifference)] : [],
  );
  const [low, high] = [Math.floor(Math.min(-8, ...exponents)), Math.ceil(Math.max(0, ...exponents))];
  const [x, y] = [linearScale(0, measured.length, left, right), linearScale(low, high, bottom, top)];
  const drawing = measured.map(({ name, maxAbsoluteDifference }, index) => {
    // No number at all is drawn to the top: it is as wrong as can be.
    const level = Number.isFinite(maxAbsoluteDifference) ? y(Math.log10(maxAbsoluteDifference)) : top;
    const [from, to] = [x(index), x(index + 1)];
    const gap = Math.min(2, (to - from) * 0.15);
    const kind = name === firstDivergence ? 'bar marked' : 'bar';
    return html`<rect class="${kind}" x="${px(from)}" y="${px(level)}" width="${px(to - from - gap)}" height="${px(bottom - level)}"><title>${name}: ${maxAbsoluteDifference.toExponential(1)}</title></rect>`;
  });
  const step = Math.ceil((high - low) / 6);
  const yTicks = Array.from({ length: Math.floor((high - low) / step) + 1 }, (_, index) => low + index * step).map((value) => ({
    value,
    label: `10${superscript(value)}`,
  }));
  const xTicks = [
    { value: 0.5, label: '1' },
    { value: measured.length - 0.5, label: String(measured.length) },
  ].slice(0, measured.length);
  const description = `Largest difference of each of ${measured.length} calls; ${firstDivergence === null ? 'none diverges' : `the first to diverge is ${firstDivergence}`}.`;
  return html`<figure>${chartFrame({ x, y, xTicks, yTicks, xTitle: 'calls, in their order' }, html`${drawing}`, description)}
<figcaption>Largest absolute difference of each call’s output${firstDivergence === null ? '' : html`; red: <code>${firstDivergence}</code>, the first that diverges`}.</figcaption></figure>`;
}
