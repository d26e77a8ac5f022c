import type { GatewayMetrics } from '../observe/gateway-metrics.ts';
import type { Route } from './route.ts';

/** What isn't for clients; on a listener of its own. */
export function adminRoutes(metrics: GatewayMetrics): readonly Route[] {
  return [
    {
      ...{ method: 'GET', path: '/metrics', scope: 'metrics', form: 'problem' },
      doc: { summary: 'Figures for Prometheus', answer: { 'text/plain': { schema: { type: 'string' } } } },
      answer: async () => ({ status: 200, headers: { 'content-type': metrics.contentType }, body: await metrics.text() }),
    },
  ];
}
