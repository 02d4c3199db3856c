import type { RequestListener } from 'node:http';
import { guardedServer } from '@claude-webui/protocol/http';
import type { Logger } from '../log';
import type { SocketServer } from '../sockets/socket-server';
import { limitBodies } from './body-deadline';

/** Browsers may be far away and many, and few of their connections ever say who they are. */
const BROWSERS = { headersTimeoutMs: 60_000, requestTimeoutMs: 0, maxStrangers: Infinity };

/** The server that browsers reach: pages and REST from `app`, everything else from `sockets`. */
export function publicServer(app: RequestListener, sockets: SocketServer, log: Logger) {
  const server = guardedServer(
    {
      answer: (request, response) =>
        sockets.takes(request) ? sockets.answer(request, response) : app(request, response),
      upgrade: (request, socket, head) => sockets.upgrade(request, socket, head),
      failed: (error) => log.error({ err: error }, 'a request could not be answered'),
    },
    BROWSERS,
  );
  limitBodies(server.http);
  return server;
}
