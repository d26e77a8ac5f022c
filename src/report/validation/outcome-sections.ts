import type { StageEvidence, ValidationEvidence } from '../../bundle/evidence/validation-evidence.ts';
import { type Html, html } from '../../core/html.ts';
import { agreementChart } from '../charts/agreement-chart.ts';
import { foldedNames } from '../folded-names.ts';
import { count, percent, percentRange, small } from '../numbers.ts';
import { number, table, text } from '../table.ts';
import { gapWords } from './gap-words.ts';

/** What is certified, and right beside it what that doesn't speak of. */
export function agreement(evidence: ValidationEvidence): Html {
  const { series, minAgreement, images, samples, nearCopies, sources, lowerBound } = evidence;
  const facts = [
    `${count(images)} images were answered by both sides, ${count(samples)} count`,
    ...(nearCopies.images > 0
      ? [
          `${count(nearCopies.images)} nearly copy another and count with it${nearCopies.flips > 0 ? ` (${count(nearCopies.flips)} of them flip)` : ''}`,
        ]
      : []),
    ...(sources === null ? [] : [`they were made from ${count(sources)} distinct ${sources === 1 ? 'picture' : 'pictures'}`]),
  ];
  return html`<h2>Agreement</h2>
<p>With 95 % certainty the agreement on samples like these is above <strong>${percent(lowerBound, 'down')}</strong>, however often one looked on the way. ${facts.join('; ')}.</p>
${gaps(evidence)}
${agreementChart(series, minAgreement)}`;
}

function gaps(evidence: ValidationEvidence): Html | null {
  const lines = gapWords(evidence);
  if (lines.length === 0) return null;
  return html`<div class="warnings"><strong>What this doesn’t say</strong><ul>${lines.map((line) => html`<li>${line}</li>\n`)}</ul></div>`;
}

export function stages({ stages: list }: ValidationEvidence): Html | null {
  if (list.length < 2) return null;
  return html`<h2>By stage</h2>
<p>What both sides were given alike, on the same images: tensors (the models alone), decoded pixels (resize and scale too), bytes (the decoder too). From there on the reference went its own way by TensorFlow’s operations, the candidate by the bundle’s pipeline. Where the agreement falls, that part differs.</p>
${table(
  [
    text('the same'),
    number('samples'),
    number('agree'),
    number('95 % interval'),
    number('certified above'),
    number('largest difference'),
    number('other inputs'),
    number('one side alone'),
  ],
  list.map(({ stage, samples, agreement: share, clopperPearson, lowerBound, maxScoreDifference, otherInputs, refused }) => [
    stage,
    count(samples),
    percent(share),
    percentRange(clopperPearson),
    percent(lowerBound, 'down'),
    small(maxScoreDifference),
    count(otherInputs),
    count(refused.reference + refused.candidate),
  ]),
)}
<p class="soft">Other inputs: images of which the two pipelines made different model inputs. One side alone: images that only one of them took, and so disagreements.</p>
${list.map(stageFlips)}`;
}

function stageFlips({ stage, flips, samples, agreements }: StageEvidence): Html | null {
  if (stage === 'tensors' || flips.length === 0) return null;
  const more = samples - agreements - flips.length;
  const names = flips.map(({ id, reference, candidate }) => html`<span class="mono">${id}</span> ${reference.label} → ${candidate.label}`);
  return foldedNames(`Flips given the same ${stage}`, names, more);
}

export function classes({ byClass, transitions }: ValidationEvidence): Html {
  const moved = transitions.slice(0, 20);
  return html`<h2>By class</h2>
${table(
  [text('decided by the reference as'), number('samples'), number('agree'), number('95 % interval'), number('certified above')],
  byClass.map(({ name, samples, rate, interval, lowerBound }) => [
    name,
    count(samples),
    percent(rate),
    samples === 0 ? '–' : percentRange(interval),
    samples === 0 ? '–' : percent(lowerBound, 'down'),
  ]),
)}
${
  moved.length === 0
    ? null
    : html`<h3>What became what</h3>
${table(
  [text('reference'), text('candidate'), number('samples')],
  moved.map(({ from, to, samples }) => [from, to, count(samples)]),
)}${transitions.length > moved.length ? html`<p class="soft">and ${count(transitions.length - moved.length)} rarer changes</p>` : null}`
}`;
}

export function directions({ directions: rows, actions }: ValidationEvidence): Html | null {
  if (rows === null || actions === null) return null;
  return html`<h2>By action</h2>
<p>The policy’s actions agree on ${percent(actions.rate)} (certified above ${percent(actions.lowerBound, 'down')}).</p>
${table(
  [text('reference'), text('candidate'), number('of'), number('changed'), number('share'), number('certified below')],
  rows.map(({ from, to, samples, count: changed, rate, upperBound }) => {
    const isDangerous = from === 'block' && to === 'allow' && changed > 0;
    return [
      from,
      to,
      count(samples),
      isDangerous ? html`<strong class="bad">${count(changed)}</strong>` : count(changed),
      percent(rate),
      samples === 0 ? '–' : percent(upperBound, 'up'),
    ];
  }),
)}`;
}
