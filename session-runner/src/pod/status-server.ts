import { once } from 'node:events';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { PodStatus } from '@claude-webui/protocol';
import { STATUS_PATH } from '@claude-webui/protocol';
import type { Connections } from '@claude-webui/protocol/http';
import { HttpRefusal, guardedServer, requestTarget } from '@claude-webui/protocol/http';
import type { RunnerMetrics } from '../metrics/runner-metrics';
import { EXPOSITION_TYPE } from '../metrics/runner-metrics';

/** Answers the operator and Prometheus, on a port of their own: they may not attach, and gateways need not ask. */
export class StatusServer {
  private readonly server: Server;
  private readonly connections: Connections;

  constructor(
    private readonly status: () => PodStatus,
    private readonly metrics: RunnerMetrics,
    failed: (error: unknown) => void,
  ) {
    ({ http: this.server, connections: this.connections } = guardedServer({
      answer: (request, response) => this.answer(request, response),
      failed,
    }));
  }

  /** Resolves with the port once it answers. */
  async listen(port: number): Promise<number> {
    this.server.listen(port);
    await once(this.server, 'listening');
    return (this.server.address() as AddressInfo).port;
  }

  close(): void {
    this.server.close();
    this.connections.destroy();
  }

  private answer(request: IncomingMessage, response: ServerResponse): void {
    const { pathname } = requestTarget(request);
    const status = this.status();
    if (pathname === STATUS_PATH) {
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(status));
    } else if (pathname === '/metrics') {
      response.writeHead(200, { 'content-type': EXPOSITION_TYPE }).end(this.metrics.exposition(status.report));
    } else throw new HttpRefusal(404, 'not-found', 'There is nothing at this path.');
  }
}
