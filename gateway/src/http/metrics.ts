import type { Express } from 'express';
import type { Metrics } from '../metrics/metrics';
import { resource } from './resource';

/** `/metrics`: for Prometheus inside the network. A proxy in front must not route it. */
export function serveMetrics(app: Express, { registry }: Metrics): void {
  resource(app, '/metrics', {
    get: [
      async (_request, response) => {
        const text = await registry.metrics();
        response.set('Content-Type', registry.contentType).send(text);
      },
    ],
  });
}
