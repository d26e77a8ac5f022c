import type { DecisionEvidence, FlipEvidence, HeadEvidence, ScoreEvidence } from '../../bundle/evidence/agreement-evidence.ts';
import { type Html, html } from '../../core/html.ts';
import { small } from '../numbers.ts';
import { decisionWords } from './decision-words.ts';

/** Data URLs by the flip's id. */
export type Pictures = ReadonlyMap<string, string>;

/** Pictures in the forms browsers show; anything else (an SVG can hold links) isn't embedded. */
const PICTURE = /^data:image\/(?:jpeg|png|gif|webp|bmp);base64,[A-Za-z0-9+/=]+$/;

/** More scores than this are no reading matter; the evidence file has them all. */
const MOST_SCORES = 8;

/** Each flip with its picture, blurred until its checkbox is ticked, and both answers. */
export function flipGallery(flips: readonly FlipEvidence[], heads: readonly HeadEvidence[], pictures: Pictures): Html {
  return html`<div class="flips">${flips.map((flip) => card(flip, heads, pictures.get(flip.id)))}</div>`;
}

function card({ id, reference, candidate, margin, nearCopyOf }: FlipEvidence, heads: readonly HeadEvidence[], picture: string | undefined): Html {
  return html`<div class="flip">
${picture !== undefined && PICTURE.test(picture) ? blurred(id, picture) : null}
<div class="name mono">${id}</div>
<div><strong>${decisionWords(reference)}</strong> → <strong class="${isLost(reference, candidate) ? 'bad' : 'open'}">${decisionWords(candidate)}</strong></div>
<div class="soft">margin ${small(margin)}${nearCopyOf === null ? null : html`; nearly copies <span class="mono">${nearCopyOf}</span>, not counted`}</div>
${scores(reference, candidate, heads)}
</div>\n`;
}

function blurred(id: string, picture: string): Html {
  return html`<label class="picture"><input type="checkbox" aria-label="show ${id}"><img src="${picture}" alt="" loading="lazy"><span>click to see</span></label>`;
}

function isLost(reference: DecisionEvidence, candidate: DecisionEvidence): boolean {
  return reference.action === 'block' && candidate.action === 'allow';
}

/** Both vectors side by side, as many of their scores as differ most. */
function scores(reference: DecisionEvidence, candidate: DecisionEvidence, heads: readonly HeadEvidence[]): Html {
  const rows = reference.scores.flatMap((row, output) =>
    row.map((score, unit) => ({ name: nameOf(output, unit, row.length, heads), score, other: candidate.scores[output]?.[unit] ?? ('NaN' as const) })),
  );
  const shown = rows.length <= MOST_SCORES ? rows : rows.toSorted((a, b) => apart(b) - apart(a)).slice(0, MOST_SCORES);
  return html`<table><thead><tr><th>score</th><th class="number">reference</th><th class="number">candidate</th></tr></thead><tbody>${shown.map(
    (row) => html`<tr><td>${row.name}</td>${written(row).map((text) => html`<td class="number">${text}</td>`)}</tr>`,
  )}</tbody></table>`;
}

/** A class; of a single unit the upper one, of an output without a head its place. */
function nameOf(output: number, unit: number, units: number, heads: readonly HeadEvidence[]): string {
  const name = heads.find((head) => head.output === output)?.classes[units === 1 ? 1 : unit];
  return name ?? `output ${output}, ${unit}`;
}

interface Pair {
  readonly score: ScoreEvidence;
  readonly other: ScoreEvidence;
}

function apart({ score, other }: Pair): number {
  return typeof score === 'number' && typeof other === 'number' ? Math.abs(score - other) : Number.POSITIVE_INFINITY;
}

/** Both scores with four digits, or as many as tell them apart: nine tell any float32 from its neighbours. */
function written({ score, other }: Pair): readonly [string, string] {
  for (let digits = 4; ; digits++) {
    const [left, right] = [score, other].map((each) => (typeof each === 'number' ? each.toFixed(digits) : each)) as [string, string];
    if (left !== right || score === other || digits === 9) return [left, right];
  }
}
