import { type Html, html } from '../core/html.ts';
import { count } from './numbers.ts';

/** More names than this nobody reads in passing. */
const IN_SIGHT = 8;

/** Names behind what they are, `Not in the reference`; many of them folded up with their number. `more`: how many aren't listed. */
export function foldedNames(title: string, names: readonly (Html | string)[], more = 0): Html | null {
  const rest = more > 0 ? html` and ${count(more)} more` : null;
  if (names.length === 0) return null;
  if (names.length <= IN_SIGHT)
    return html`<p class="soft">${title}: ${names.map((name, index) => html`${index === 0 ? null : ', '}${name}`)}${rest}.</p>`;
  return html`<details class="names"><summary>${title}: ${count(names.length + Math.max(more, 0))}</summary><ul class="plain">${names.map((name) => html`<li>${name}</li>\n`)}</ul>${rest === null ? null : html`<p>${rest}</p>`}</details>`;
}
