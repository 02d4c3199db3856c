/** `/metrics`, `/healthz` and `/readyz`, for Prometheus and the kubelet. */
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import type { Registry } from 'prom-client';

export interface HealthServer {
  port: number;
  close(): Promise<void>;
}

export async function listen(port: number, registry: Registry, isReady: () => boolean): Promise<HealthServer> {
  const server: Server = createServer((request, response) => {
    const answer = (status: number, body: string, type = 'text/plain') =>
      response.writeHead(status, { 'content-type': type }).end(body);
    if (request.url === '/metrics')
      registry.metrics().then(
        (text) => answer(200, text, registry.contentType),
        () => answer(500, 'metrics failed\n'),
      );
    else if (request.url === '/healthz') answer(200, 'ok\n');
    else if (request.url === '/readyz') answer(isReady() ? 200 : 503, isReady() ? 'ok\n' : 'starting\n');
    else answer(404, 'not found\n');
  });
  server.listen(port);
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
