import type { ValidationEvidence } from '../../bundle/evidence/validation-evidence.ts';
import { Html, html } from '../../core/html.ts';
import { differenceChart } from '../charts/difference-chart.ts';
import { foldedNames } from '../folded-names.ts';
import { comparisonOf } from '../layers/comparison-of.ts';
import { layerChart } from '../layers/layer-chart.ts';
import { divergenceSentence, layerSeries } from '../layers/layer-series.ts';
import { count, small } from '../numbers.ts';
import { scrollBox } from '../scroll-box.ts';
import { number, table, text } from '../table.ts';
import { flipGallery, type Pictures } from './flip-gallery.ts';

export function differences({ scoreDifferences, scoreDifferencesByClass }: ValidationEvidence): Html {
  const columns = [number('compared'), number('mean'), number('median'), number('90 %'), number('95 %'), number('99 %'), number('largest')];
  const figures = ({ compared, mean, p50, p90, p95, p99, max }: ValidationEvidence['scoreDifferences']) => [
    count(compared),
    ...[mean, p50, p90, p95, p99, max].map(small),
  ];
  return html`<h2>Score differences</h2>
${differenceChart(scoreDifferences)}
${table(
  [text('score of'), ...columns],
  [['largest of an image', ...figures(scoreDifferences)], ...scoreDifferencesByClass.slice(0, 50).map((row) => [row.name, ...figures(row)])],
)}`;
}

export function layers(evidence: ValidationEvidence): Html | null {
  const comparison = comparisonOf(evidence);
  if (comparison === null) return null;
  const { layers: list, unmatched } = comparison;
  const { sourceDifference } = evidence;
  const absorbed = list.flatMap((layer) => ('absorbedBy' in layer ? [`${layer.name} (in ${layer.absorbedBy})`] : []));
  return html`<h2>Layer by layer</h2>
<p>${divergenceSentence(layerSeries(comparison), (difference) => (difference === null ? 'infinite' : small(difference)))}</p>
${scrollBox(new Html(layerChart(comparison)), 'Chart: the difference of each call')}
${sourceDifference == null ? null : html`<p>model.pt answers as model.py does, to within ${small(sourceDifference)}.</p>`}
${foldedNames('Not in the reference', unmatched)}
${foldedNames('Calls folded into another', absorbed)}`;
}

/** More than these nobody looks through; the evidence file has them. */
const SHOWN_FLIPS = 100;

export function flips({ flips: listed, flipsTotal, heads }: ValidationEvidence, pictures: Pictures): Html {
  if (flipsTotal === 0) return html`<h2>Flips</h2><p>None.</p>`;
  const list = listed.slice(0, SHOWN_FLIPS);
  const shown =
    list.length < flipsTotal
      ? `The ${count(list.length)} most dangerous of ${count(flipsTotal)}.`
      : `${count(flipsTotal)}, the most dangerous first.`;
  return html`<h2>Flips</h2><p>${shown} Pictures are blurred until clicked.</p>${flipGallery(list, heads, pictures)}`;
}
