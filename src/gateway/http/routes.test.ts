import { describe, expect, test } from 'vitest';
import { makeKey } from '../keys/api-key.ts';
import { authorize } from '../keys/authorize.ts';
import { Models } from '../models.ts';
import { GatewayMetrics } from '../observe/gateway-metrics.ts';
import { adminRoutes } from './admin-routes.ts';
import { createHttpServer } from './create-http-server.ts';
import { healthRoutes } from './health-routes.ts';
import { moderateRoutes } from './moderate-routes.ts';
import { openInferenceRoutes } from './open-inference-routes.ts';
import { openApiRoutes } from './openapi/openapi-routes.ts';
import { tfServingRoutes } from './tf-serving-routes.ts';

/** Nothing is served: what a route answers behind its door doesn't matter here. */
const models = new Models([]);
const served = [
  ...moderateRoutes(models, 1024),
  ...tfServingRoutes(models, 1024),
  ...openInferenceRoutes(models, 1024),
  ...healthRoutes(models, () => false),
];
const routes = [...served, ...openApiRoutes(served, models), ...adminRoutes(new GatewayMetrics())];

const keys = {
  client: makeKey({ name: 'client', scopes: ['infer'], expires: null }),
  scraper: makeKey({ name: 'scraper', scopes: ['metrics'], expires: null }),
  operator: makeKey({ name: 'operator', scopes: ['admin'], expires: null }),
  expired: makeKey({ name: 'expired', scopes: ['infer', 'metrics', 'admin'], expires: new Date(0) }),
};
const records = Object.values(keys).map(({ record }) => record);
const server = createHttpServer({
  ...{ routes, timeoutMs: 1000, isStopping: () => false, onAnswer: () => {} },
  identify: (caller, scope) => authorize(caller, scope, records, false),
});

const IDENTITIES: readonly (readonly [name: string, token: string | undefined, scopes: readonly string[]])[] = [
  ['nobody', undefined, []],
  ['a made-up key', `tl_${'0'.repeat(12)}_${'A'.repeat(43)}`, []],
  ['an expired key', keys.expired.token, []],
  ['a client', keys.client.token, ['infer']],
  ['a scraper', keys.scraper.token, ['metrics']],
  ['an operator', keys.operator.token, ['admin']],
];

describe.each(IDENTITIES)('%s', (_, token, scopes) => {
  test.each(routes.map((route) => [`${route.method} ${route.path}`, route] as const))('%s', async (__, { method, path, scope }) => {
    const url = path.replace(/(?<!:):(\w+)(?:\((?:[^()\\]|\\.)*\))?/g, '1').replace(/::/g, ':');
    const { statusCode } = await server.inject({ method, url, ...(token !== undefined && { headers: { authorization: `Bearer ${token}` } }) });
    const isKnown = scopes.length > 0;
    if (scope === 'open' || scopes.includes(scope)) expect([401, 403]).not.toContain(statusCode);
    else expect(statusCode).toBe(isKnown ? 403 : 401);
  });
});

test('no door stands open by mistake', () => {
  const open = routes.filter(({ scope }) => scope === 'open').map(({ path }) => path);
  expect(open.sort()).toEqual(['/docs', '/healthz', '/healthz/live', '/healthz/ready', '/openapi.json', '/v2/health/live', '/v2/health/ready']);
});
