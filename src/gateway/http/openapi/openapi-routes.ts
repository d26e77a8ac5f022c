import type { Models } from '../../models.ts';
import type { Route } from '../route.ts';
import { openApiDocument } from './openapi-document.ts';
import { openApiPage } from './openapi-page.ts';

/** What a gateway says of itself: `/openapi.json`, and the same as a page to read. */
export function openApiRoutes(routes: readonly Route[], models: Models): readonly Route[] {
  const document = openApiDocument(routes, models);
  const [json, page] = [JSON.stringify(document), openApiPage(document)];
  const route = (path: string, mediaType: string, body: string, summary: string): Route => ({
    ...{ method: 'GET', path, scope: 'open', form: 'problem' },
    doc: { summary, answer: { [mediaType]: { schema: { type: mediaType === 'application/json' ? 'object' : 'string' } } } },
    answer: () => ({ status: 200, headers: { 'content-type': mediaType }, body }),
  });
  return [
    route('/openapi.json', 'application/json', json, 'This description'),
    route('/docs', 'text/html; charset=utf-8', page, 'This description as a page'),
  ];
}
