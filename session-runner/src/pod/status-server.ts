import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { PodStatus } from '@claude-webui/protocol';
import { STATUS_PATH } from '@claude-webui/protocol';
import type { RunnerMetrics } from '../metrics/runner-metrics';
import { EXPOSITION_TYPE } from '../metrics/runner-metrics';

/** Answers the operator and Prometheus, on a port of their own: they may not attach, and gateways need not ask. */
export class StatusServer {
  private readonly server = createServer((request, response) => {
    const status = this.status();
    if (request.url === STATUS_PATH) {
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(status));
    } else if (request.url === '/metrics') {
      response.writeHead(200, { 'content-type': EXPOSITION_TYPE }).end(this.metrics.exposition(status.report));
    } else response.writeHead(404).end();
  });

  constructor(
    private readonly status: () => PodStatus,
    private readonly metrics: RunnerMetrics,
  ) {}

  /** Resolves with the port once it answers. */
  async listen(port: number): Promise<number> {
    this.server.listen(port);
    await once(this.server, 'listening');
    return (this.server.address() as AddressInfo).port;
  }

  close(): void {
    this.server.close();
    this.server.closeAllConnections();
  }
}
