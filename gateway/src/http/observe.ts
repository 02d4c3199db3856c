/** One log line and one set of observations per request. */
import type { Socket } from 'node:net';
import { performance } from 'node:perf_hooks';
import type { Request, RequestHandler, Response } from 'express';
import type { Logger } from '../log';
import type { Metrics } from '../metrics/metrics';
import { FILE_CHANGES_ROUTE } from './files/tree';
import { requestIdOf } from './request-id';
import { sessionOf } from './session-of';

const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);
/** Asked every few seconds by machines. */
const QUIET_ROUTES = new Set(['/health', '/ready', '/metrics', FILE_CHANGES_ROUTE]);
/** They take as long as the client's line, or as nothing happens: that says nothing about the server. */
const UNTIMED_ROUTES = new Set([
  FILE_CHANGES_ROUTE,
  '/api/v1/sessions/:id/files{/*path}',
  '/api/v1/sessions/:id/uploads/:uploadId',
]);

/**
 * Neither logs addresses nor bodies: paths and queries may hold what is not for logs. A request is known by its route's
 * pattern, which also bounds the metrics' labels.
 */
export function observe(log: Logger, metrics: Metrics): RequestHandler {
  const counted = new WeakMap<Socket, { read: number; written: number }>();

  function countBytes(socket: Socket): void {
    const before = counted.get(socket) ?? { read: 0, written: 0 };
    const now = { read: socket.bytesRead, written: socket.bytesWritten };
    metrics.httpBytes.inc({ direction: 'in' }, now.read - before.read);
    metrics.httpBytes.inc({ direction: 'out' }, now.written - before.written);
    counted.set(socket, now);
  }

  return (request, response, next) => {
    const { socket } = request;
    const startedAt = performance.now();
    response.once('close', () => {
      const route = routeOf(request);
      const method = METHODS.has(request.method) ? request.method : 'other';
      const seconds = (performance.now() - startedAt) / 1000;
      const status = response.writableFinished ? response.statusCode : 499;
      metrics.httpRequests.inc({ route, method, status: String(status) });
      if (!UNTIMED_ROUTES.has(route)) metrics.httpDuration.observe({ route, method }, seconds);
      countBytes(socket);
      const line = { ...subjects(request, response), method, route, status, ms: Math.round(seconds * 1000) };
      log[QUIET_ROUTES.has(route) ? 'debug' : 'info'](line, 'request');
    });
    next();
  };
}

function routeOf(request: Request): string {
  const route: unknown = request.route;
  if (typeof route !== 'object' || route === null || !('path' in route)) return 'other';
  return typeof route.path === 'string' ? route.path : 'other';
}

function subjects(request: Request, response: Response): { requestId: string; userId?: string; sessionId?: string } {
  const userId: unknown = response.locals['userId'];
  const sessionId = sessionOf(request);
  return {
    requestId: requestIdOf(response.req),
    ...(typeof userId === 'string' ? { userId } : {}),
    ...(sessionId === undefined ? {} : { sessionId }),
  };
}
