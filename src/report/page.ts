import { type Html, html, Html as RawHtml } from '../core/html.ts';
import { STYLESHEET } from './stylesheet.ts';

export interface Page {
  readonly title: string;
  /** Beside the title: `passed`, `failed`, … */
  readonly verdict: { readonly word: string; readonly tone: Tone };
  readonly lead: Html;
  readonly sections: readonly Html[];
  /** What was run on what machine. */
  readonly footer: Html;
}

/** Met, missed, not decided. */
export type Tone = 'good' | 'bad' | 'open';

/**
 * A report as one HTML file that needs nothing else and loads nothing: no script, pictures as data, and a policy that lets a browser hold to that.
 */
export function printPage({ title, verdict, lead, sections, footer }: Page): string {
  const style = new RawHtml(STYLESHEET);
  return `<!doctype html>\n${
    html`<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${title}: ${verdict.word}</title>
<style>${style}</style>
</head>
<body>
<main>
<h1>${title} <span class="verdict ${verdict.tone}">${verdict.word}</span></h1>
${lead}
${sections.map((section) => html`${section}\n`)}
<footer>${footer}</footer>
</main>
</body>
</html>
`.text
  }`;
}
