import type { LayerComparison, LayerRecord } from '../../bundle/evidence/layer-comparison.ts';
import { printable } from '../../core/printable.ts';
import { callTitle, divergenceSentence, type LayerPoint, LOWEST_EXPONENT, layerSeries, printDifference } from './layer-series.ts';

/** Eighths of a character, from nothing to all of it. */
const EIGHTHS = ' ▁▂▃▄▅▆▇█';
const LABEL_WIDTH = 6;
/** Calls that are listed on both sides of the first that diverges. */
const NEIGHBOURS = 3;

/**
 * The comparison of layers for a terminal: a chart of the relative differences in call order (where there are more calls than columns, a column
 * shows the largest of its calls), what it says, and where a divergence begins, the calls around it. `columns`: the terminal's width.
 */
export function printLayers(comparison: LayerComparison, columns = 80): string {
  const series = layerSeries(comparison);
  const { points, highestExponent } = series;
  const { layers, firstDivergenceAt, unmatched } = comparison;
  if (points.length === 0) return 'No call was compared.\n';
  const perColumn = Math.ceil(points.length / Math.max(columns - LABEL_WIDTH - 1, 20));
  const slots = Array.from({ length: Math.ceil(points.length / perColumn) }, (_, slot) => points.slice(slot * perColumn, (slot + 1) * perColumn));
  const heights = slots.map((slot) => Math.max(...slot.map(({ height }) => height)));
  // Two powers of ten a line.
  const lines = Math.ceil((highestExponent - LOWEST_EXPONENT) / 2);
  const chart = Array.from({ length: lines }, (_, index) => {
    const line = lines - 1 - index;
    const bars = heights.map((height) => EIGHTHS[Math.round(Math.min(Math.max(height * lines - line, 0), 1) * 8)]);
    return `${`1e${LOWEST_EXPONENT + 2 * line}`.padStart(LABEL_WIDTH - 1)} ┤${bars.join('')}`.trimEnd();
  });
  const axis = `${' '.repeat(LABEL_WIDTH)}└${slots.map((slot) => (slot.some(isFirst) ? '▲' : '─')).join('')}`;
  const around = firstDivergenceAt === null ? [] : layers.slice(Math.max(0, firstDivergenceAt - NEIGHBOURS), firstDivergenceAt + NEIGHBOURS + 1);
  const nameWidth = Math.max(0, ...around.map((layer) => printable(callTitle(layer)).length));
  return [
    'Difference of each call from TensorFlow, over the size of its output, in call order',
    ...chart,
    axis,
    printable(divergenceSentence(series)),
    ...around.map((layer) => `${layer === layers[firstDivergenceAt ?? -1] ? '▶' : ' '} ${printCall(layer, nameWidth)}`),
    ...(unmatched.length === 0 ? [] : [`Not in the reference: ${unmatched.map((name) => printable(name)).join(', ')}`]),
    '',
  ].join('\n');
}

function isFirst(point: LayerPoint): boolean {
  return point.isFirst;
}

function printCall(layer: LayerRecord, nameWidth: number): string {
  const name = printable(callTitle(layer)).padEnd(nameWidth);
  if ('absorbedBy' in layer) return `${name}  absorbed by ${printable(layer.absorbedBy)}`;
  const { maxAbsoluteDifference: absolute, maxRelativeDifference: relative, cosine } = layer;
  const figures = `relative ${printDifference(relative).padEnd(8)}  absolute ${printDifference(absolute).padEnd(8)}`;
  return `${name}  ${figures}${cosine === null ? '' : `  cosine ${cosine.toFixed(9)}`}`.trimEnd();
}
