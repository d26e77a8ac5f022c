import type { LayerComparison } from '../../bundle/evidence/layer-comparison.ts';
import { callTitle, divergenceSentence, type LayerPoint, LOWEST_EXPONENT, layerSeries, printDifference } from './layer-series.ts';

/** Of the drawing; the picture is stretched to the width it is given. */
const SIZE = { width: 760, height: 270, left: 52, right: 748, top: 26, bottom: 226 } as const;

/**
 * The largest relative difference of each call as a bar, in call order, on a scale of powers of ten; the call where a divergence begins is
 * marked and named. An SVG element that needs nothing else: its colours follow the page's light or dark, a screen reader reads its title and
 * description, and every bar says its call and figures. Names come from the model file and are escaped.
 */
export function layerChart(comparison: LayerComparison): string {
  const series = layerSeries(comparison);
  const { points, highestExponent } = series;
  const { width, height, left, right, top, bottom } = SIZE;
  const step = (right - left) / Math.max(points.length, 12);
  const y = (share: number) => bottom - share * (bottom - top);
  const exponents = Array.from({ length: highestExponent - LOWEST_EXPONENT + 1 }, (_, index) => LOWEST_EXPONENT + index);
  const every = Math.ceil(exponents.length / 9);
  const grid = exponents.flatMap((exponent, index) => {
    if (index % every !== 0) return [];
    const level = px(y(index / (exponents.length - 1)));
    return [
      `<line class="grid" x1="${left}" x2="${right}" y1="${level}" y2="${level}"/>`,
      `<text x="${left - 8}" y="${level}" dy="4" text-anchor="end">10<tspan dy="-5" font-size="9">${exponent}</tspan></text>`,
    ];
  });
  const bars = points.map((point, index) => bar(point, left + index * step, step, y));
  const sentence = divergenceSentence(series);
  return `<svg class="layer-chart" viewBox="0 0 ${width} ${height}" role="img" xmlns="http://www.w3.org/2000/svg">
<title>Difference of every layer call from TensorFlow</title>
<desc>${escaped(sentence)}</desc>
<style>${STYLE}</style>
${grid.join('\n')}
${bars.join('\n')}
<line class="axis" x1="${left}" x2="${right}" y1="${bottom}" y2="${bottom}"/>
<text x="${left}" y="${bottom + 18}">call 1</text>
<text x="${px(left + step * points.length)}" y="${bottom + 18}" text-anchor="end">${points.length > 3 ? `call ${points.length}` : ''}</text>
<text x="${(left + right) / 2}" y="${height - 6}" text-anchor="middle">largest difference over the size of the layer’s output, in call order</text>
</svg>`;
}

function bar({ layer, height, isFirst }: LayerPoint, x: number, step: number, y: (share: number) => number): string {
  const { top, bottom, left, right } = SIZE;
  const gap = Math.min(2, step * 0.2);
  // What doesn't differ at all still has its place.
  const level = Math.min(y(height), bottom - 1);
  const details = [
    callTitle(layer),
    `relative ${printDifference(layer.maxRelativeDifference)}`,
    `absolute ${printDifference(layer.maxAbsoluteDifference)}`,
    ...(layer.cosine === null ? [] : [`cosine ${layer.cosine.toFixed(9)}`]),
  ].join(', ');
  const rect = `<rect class="${isFirst ? 'first' : 'bar'}" x="${px(x)}" y="${px(level)}" width="${px(Math.max(step - gap, 0.5))}" height="${px(bottom - level)}"><title>${escaped(details)}</title></rect>`;
  if (!isFirst) return rect;
  const middle = x + step / 2;
  // The name stands on the side that has room for it.
  const isLeft = middle < (left + right) / 2;
  const label = `<text class="name" x="${px(middle)}" y="${top - 10}" text-anchor="${isLeft ? 'start' : 'end'}">${escaped(shortened(callTitle(layer)))}</text>`;
  return `<line class="mark" x1="${px(middle)}" x2="${px(middle)}" y1="${top - 6}" y2="${px(level)}"/>${rect}${label}`;
}

/** As much of a name as half the picture holds; its end says more than its beginning. */
function shortened(name: string): string {
  const most = 48;
  return name.length <= most ? name : `…${name.slice(1 - most)}`;
}

/** Not the page's: a selector of its own, and colours that can be read on white and on near black. */
const STYLE = [
  '.layer-chart{--ink:#4a5360;--grid:#e3e7ec;--bar:#2563b0;--first:#c0271d;display:block;width:100%;height:auto}',
  '@media (prefers-color-scheme:dark){.layer-chart{--ink:#a9b3be;--grid:#333a42;--bar:#7db4f5;--first:#ff8b7f}}',
  '.layer-chart text{fill:var(--ink);font:12px system-ui,sans-serif}',
  '.layer-chart .name{fill:var(--first);font-weight:600}',
  '.layer-chart .grid{stroke:var(--grid)}.layer-chart .axis{stroke:var(--ink)}',
  '.layer-chart .mark{stroke:var(--first);stroke-dasharray:3 3}',
  '.layer-chart .bar{fill:var(--bar)}.layer-chart .first{fill:var(--first)}',
].join('');

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

function escaped(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: XML has no place for them, escaped or not
  return text.replace(/[\u0000-\u001f]/g, '�').replace(/[&<>"]/g, (character) => ENTITIES[character] as string);
}

/** Tenths of a pixel are enough. */
function px(value: number): string {
  return String(Math.round(value * 10) / 10);
}
