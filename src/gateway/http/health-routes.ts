import type { Models } from '../models.ts';
import type { Route } from './route.ts';

/** For load balancers and supervisors: the process answers, and models can be asked. */
export function healthRoutes(models: Models, isStopping: () => boolean): readonly Route[] {
  const get = (path: string, answer: Route['answer']): Route => ({ method: 'GET', path, scope: 'open', form: 'problem', answer });
  const ready: Route['answer'] = () => {
    const isReady = !isStopping() && models.all.every((model) => model.isReady);
    return { status: isReady ? 200 : 503, body: { status: isReady ? 'ready' : isStopping() ? 'stopping' : 'not ready' } };
  };
  return [get('/healthz', ready), get('/healthz/ready', ready), get('/healthz/live', () => ({ status: 200, body: { status: 'live' } }))];
}
