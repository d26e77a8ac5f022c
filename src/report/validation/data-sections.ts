import type { ValidationEvidence } from '../../bundle/evidence/validation-evidence.ts';
import { type Html, html } from '../../core/html.ts';
import { foldedNames } from '../folded-names.ts';
import { count, counted, percent, percentRange, points, rounded3, small, threshold } from '../numbers.ts';
import { number, table, text } from '../table.ts';

export function accuracy({ accuracy: found }: ValidationEvidence): Html | null {
  if (found === null) return null;
  const { reference, candidate, difference, labelled, onlyCandidateRight, onlyReferenceRight, pValue } = found;
  return html`<h2>Against the labels</h2>
<p>Of ${counted(labelled, 'labelled sample')} the reference is right on ${percent(reference.rate)} (${percentRange(reference.interval)}), the candidate on ${percent(candidate.rate)} (${percentRange(candidate.interval)}): a difference of <strong>${points(difference.estimate)}</strong> percentage points, 95 % interval ${points(difference.lower)} to ${points(difference.upper)}. Only the reference is right ${counted(onlyReferenceRight, 'time')}, only the candidate ${counted(onlyCandidateRight, 'time')} (McNemar’s exact p = ${small(pValue)}).</p>
${table(
  [text('class'), number('labelled'), number('precision, reference'), number('candidate'), number('recall, reference'), number('candidate')],
  reference.classes.map((row, index) => {
    const other = candidate.classes[index];
    return [
      row.name,
      count(row.labelled),
      percent(row.precision),
      percent(other?.precision ?? null),
      percent(row.recall),
      percent(other?.recall ?? null),
    ];
  }),
)}`;
}

export function production({ production: found }: ValidationEvidence): Html | null {
  if (found === null) return null;
  const { mix, flipsPerMillion, blockToAllowPerMillion } = found;
  const rows = [
    ['flips', flipsPerMillion] as const,
    ...(blockToAllowPerMillion === null ? [] : [['block → allow', blockToAllowPerMillion] as const]),
  ];
  const unseen = mix.filter(({ share, samples }) => share > 0 && samples === 0).map(({ label }) => label);
  return html`<h2>At the production mix</h2>
${unseen.length === 0 ? null : html`<p>${unseen.join(', ')} came in no sample and could flip at any rate: the interval holds that, and there is nothing to expect.</p>`}
${table(
  [text('of a million'), number('expected'), number('95 % interval')],
  rows.map(([name, { estimate, lower, upper }]) => [name, rounded3(estimate), `${rounded3(lower)} to ${rounded3(upper)}`]),
)}
${table(
  [text('decided by the reference as'), number('of production'), number('samples here'), number('flips here')],
  mix.map(({ label, share, samples, flips: flipped }) => [label, percent(share), count(samples), count(flipped)]),
)}`;
}

export function thresholds({ matchedThresholds }: ValidationEvidence): Html | null {
  if (matchedThresholds === null) return null;
  if (matchedThresholds.length === 0)
    return html`<h2>Matched thresholds</h2><p>No decision rests on a threshold: classes win by being the largest.</p>`;
  const limit = (value: number | null, open: string) => (value === null ? open : threshold(value));
  return html`<h2>Matched thresholds</h2>
<p>From these scores on the candidate reviews and blocks as many as the reference does.</p>
${table(
  [text('class'), text('action'), number('now'), number('matched'), number('95 % interval'), number('above, reference'), number('candidate')],
  matchedThresholds.map((row) => [
    row.class,
    row.action ?? 'decided',
    threshold(row.current),
    threshold(row.threshold),
    `${limit(row.lower, 'open')} to ${limit(row.upper, 'open')}`,
    count(row.referenceAbove),
    count(row.candidateAbove),
  ]),
)}`;
}

export function coverage({ coverage: found }: ValidationEvidence): Html {
  const tables = [
    ['classes', found.classes],
    ['margin of the reference', found.margins],
    ['format', found.formats],
    ['width : height', found.aspects],
    ['reduced in size', found.downscales],
  ] as const;
  return html`<h2>Coverage</h2><p>What the samples were. The certificate speaks of nothing else.</p>
<div class="beside">${tables.map(([title, rows]) =>
    rows === null
      ? null
      : html`<div><h3>${title}</h3>${table(
          [text(''), number('samples'), number('agree')],
          rows.map(({ name, samples, agreements }) => [
            name,
            samples === 0 ? html`<span class="open">0</span>` : count(samples),
            percent(samples === 0 ? null : agreements / samples),
          ]),
        )}</div>`,
  )}</div>`;
}

export function skipped({ skipped: { total, files } }: ValidationEvidence): Html | null {
  if (total === 0) return null;
  const names = files.map(({ path, reason }) => html`<span class="mono">${path}</span> (${reason})`);
  return html`<h2>Skipped</h2><p>${counted(total, 'file')} couldn’t be compared.</p>
${foldedNames('Files', names, total - files.length)}`;
}
