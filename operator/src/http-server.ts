/** `/metrics`, `/healthz` and `/readyz`, for Prometheus and the kubelet. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { guardedServer, requestTarget } from '@claude-webui/protocol/http';
import type { Registry } from 'prom-client';

export interface HealthServer {
  port: number;
  close(): Promise<void>;
}

/** @param failed hears of what could not be answered */
export async function listen(
  port: number,
  registry: Registry,
  isReady: () => boolean,
  failed: (error: unknown) => void,
): Promise<HealthServer> {
  const { http, connections } = guardedServer({
    answer: (request, response) => answer(request, response, registry, isReady),
    failed,
  });
  http.listen(port);
  await once(http, 'listening');
  return {
    port: (http.address() as AddressInfo).port,
    close: async () => {
      connections.destroy();
      await new Promise((resolve) => http.close(resolve));
    },
  };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  registry: Registry,
  isReady: () => boolean,
): Promise<void> {
  const send = (status: number, body: string, type = 'text/plain') =>
    response.writeHead(status, { 'content-type': type }).end(body);
  switch (requestTarget(request).pathname) {
    case '/metrics':
      send(200, await registry.metrics(), registry.contentType);
      return;
    case '/healthz':
      send(200, 'ok\n');
      return;
    case '/readyz':
      send(isReady() ? 200 : 503, isReady() ? 'ok\n' : 'starting\n');
      return;
    default:
      send(404, 'not found\n');
  }
}
