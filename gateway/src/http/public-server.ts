import type { RequestListener } from 'node:http';
import { guardedServer } from '@claude-webui/protocol/http';
import type { Logger } from '../log';
import type { SocketServer } from '../sockets/socket-server';
import { limitBodies } from './body-deadline';
import type { Edge } from './edge';
import { boundIdleConnections } from './idle-connections';

/**
 * Browsers may be far away and many, and few of their connections ever say who they are. An idle connection is the proxy's to
 * close: one that it has just used again must not be gone. The longest of common proxies is Google's with 600 s (nginx and AWS: 60).
 */
const BROWSERS = { headersTimeoutMs: 60_000, requestTimeoutMs: 0, maxStrangers: Infinity, keepAliveTimeoutMs: 620_000 };
/** Proxies keep some tens each, a browser that comes without one at most six. */
const MAX_IDLE_CONNECTIONS = 2000;

/** The server that browsers reach: pages and REST from `app`, everything else from `sockets`. */
export function publicServer(
  app: RequestListener,
  sockets: Pick<SocketServer, 'takes' | 'answer' | 'upgrade'>,
  edge: Edge,
  log: Logger,
) {
  const server = guardedServer(
    {
      headers: (request) => edge.headers(request),
      answer: (request, response) => {
        if (edge.isPreflight(request)) return void response.writeHead(204).end();
        return sockets.takes(request) ? sockets.answer(request, response) : app(request, response);
      },
      upgrade: (request, socket, head) => sockets.upgrade(request, socket, head),
      failed: (error) => log.error({ err: error }, 'a request could not be answered'),
    },
    BROWSERS,
  );
  limitBodies(server.http);
  boundIdleConnections(server.http, MAX_IDLE_CONNECTIONS);
  return server;
}
