import type { Models } from '../models.ts';
import { content } from './openapi/openapi-document.ts';
import type { Route } from './route.ts';

/** For load balancers and supervisors: the process answers, and models can be asked. */
export function healthRoutes(models: Models, isStopping: () => boolean): readonly Route[] {
  const get = (path: string, summary: string, answer: Route['answer']): Route => ({
    ...{ method: 'GET', path, scope: 'open', form: 'problem', answer },
    doc: { summary, answer: content('Health') },
  });
  const ready: Route['answer'] = () => {
    const isReady = !isStopping() && models.all.every((model) => model.isReady);
    return { status: isReady ? 200 : 503, body: { status: isReady ? 'ready' : isStopping() ? 'stopping' : 'not ready' } };
  };
  return [
    get('/healthz', 'Whether models can be asked', ready),
    get('/healthz/ready', 'Whether models can be asked', ready),
    get('/healthz/live', 'Whether the process answers', () => ({ status: 200, body: { status: 'live' } })),
  ];
}
