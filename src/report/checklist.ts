import { type Html, html } from '../core/html.ts';

/** One demand of a plan, with what came of it; null: it couldn't be measured here. */
export interface Check {
  readonly demand: string;
  readonly figure: string;
  readonly met: boolean | null;
  /** What the figure rests on, where that is little. */
  readonly note?: string | null;
}

/** What was demanded, ticked or not, with the figures: the top of a report. */
export function checklist(checks: readonly Check[]): Html {
  return html`<ul class="card checks">${checks.map(({ demand, figure, met, note = null }) => {
    const [tone, sign, word] = met === null ? ['open', '–', 'not measured'] : met ? ['good', '✓', 'met'] : ['bad', '✗', 'missed'];
    return html`<li><span class="${tone}" role="img" aria-label="${word}">${sign}</span><span>${demand}</span><span class="figure ${tone}">${figure}${note === null ? null : html` <span class="note">${note}</span>`}</span></li>\n`;
  })}</ul>`;
}
