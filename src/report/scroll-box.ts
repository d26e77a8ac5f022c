import { type Html, html } from '../core/html.ts';

/**
 * A box that scrolls sideways where the page is narrower than what it holds: shaded at the side that hides something, and in reach of the
 * keyboard. `label`: what a screen reader calls it.
 */
export function scrollBox(content: Html, label: string): Html {
  return html`<div class="scroll" role="group" tabindex="0" aria-label="${label}">${content}</div>`;
}
