import { type Html, html } from '../../../core/html.ts';
import type { OpenApi, Operation } from './openapi-document.ts';

/** The description as a page that needs nothing else: no script, nothing from elsewhere. */
export function openApiPage({ info, paths, components }: OpenApi): string {
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
  );
  const tags = [...new Set(operations.map(({ operation }) => operation.tags[0]))];
  const page = html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${info.title}</title>
<style>
:root { color-scheme: light dark; --line: color-mix(in srgb, currentColor 18%, transparent); --soft: color-mix(in srgb, currentColor 65%, transparent) }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 0 auto; padding: 1rem }
h2 { margin-top: 2.5rem } summary { cursor: pointer; padding: .4rem 0 } details { border-top: 1px solid var(--line) } details > div { padding: 0 0 1rem 1rem }
code, pre { font-family: ui-monospace, monospace; font-size: .9em } pre { overflow-x: auto; padding: .75rem; border: 1px solid var(--line); border-radius: .4rem }
.method { display: inline-block; min-width: 3.5rem; font-weight: 600 } .soft { color: var(--soft) } ul { padding-left: 1.2rem } summary code { overflow-wrap: anywhere }
</style></head><body>
<h1>${info.title}</h1><p>${info.description} Version ${info.version}. For machines: <a href="openapi.json">openapi.json</a>.</p>
<p>With API keys made, requests carry <code>Authorization: Bearer …</code> or <code>X-API-Key: …</code>.</p>
${tags.map(
  (tag) => html`<h2>${tag}</h2>
${operations.filter(({ operation }) => operation.tags[0] === tag).map(section)}`,
)}
<h2>Forms</h2>
${Object.entries(components.schemas).map(
  ([name, schema]) => html`<details id="${name}"><summary>${name}</summary><div><pre>${JSON.stringify(schema, null, 2)}</pre></div></details>`,
)}
</body></html>
`;
  return page.text;
}

function section({ path, method, operation }: { readonly path: string; readonly method: string; readonly operation: Operation }): Html {
  const { summary, parameters, requestBody, responses } = operation;
  return html`<details><summary><span class="method">${method}</span> <code>${path}</code> <span class="soft">${summary}</span></summary><div>
${parameters.length > 0 && html`<p>Parameters</p><ul>${parameters.map((each) => html`<li><code>${String(each.name)}</code> <span class="soft">${String(each.in)}${each.description === undefined ? null : html`: ${String(each.description)}`}</span></li>`)}</ul>`}
${requestBody !== undefined && html`<p>Body</p><ul>${forms(requestBody.content)}</ul>`}
<p>Answers</p><ul>${Object.entries(responses).map(
    ([status, answer]) =>
      html`<li><strong>${status}</strong> ${String(answer.description)}${answer.content === undefined ? null : html`<ul>${forms(answer.content)}</ul>`}</li>`,
  )}</ul></div></details>`;
}

function forms(content: unknown): readonly Html[] {
  return Object.entries(content as Record<string, { schema: { $ref?: string } }>).map(([type, { schema }]) => {
    const name = schema.$ref?.split('/').at(-1);
    return html`<li><code>${type}</code>${name !== undefined && html`: <a href="#${name}">${name}</a>`}</li>`;
  });
}
