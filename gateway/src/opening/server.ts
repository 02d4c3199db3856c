/** The server to which browsers connect: REST, Socket.IO and the page. */
import { once } from 'node:events';
import type { Server } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { Connections } from '@claude-webui/protocol/http';
import type { Express } from 'express';
import { LocalLoginLimit, SharedLoginLimit } from '../auth/login-limit';
import { OidcProvider } from '../auth/oidc/provider';
import type { Config } from '../config/config';
import { createApp } from '../http/app';
import { clientAddress } from '../http/client-address';
import { Edge } from '../http/edge';
import { publicServer } from '../http/public-server';
import { requestCounter } from '../http/rate-limit';
import { askWorkspace } from '../runner-link/workspace';
import { replicaAdapter } from '../sockets/replica-adapter';
import { SocketServer } from '../sockets/socket-server';
import type { Ground } from './ground';
import type { People } from './people';
import type { OpenedSessions } from './sessions';

/** For requests under way when the server stops. Milliseconds. */
const CLOSE_GRACE_MS = 5000;

/** How far the server's end has come. */
interface Stop {
  /** Whoever asks is told that it is not ready. */
  announced: AbortController;
  /** Nothing new is begun. */
  begun: AbortController;
}

/** Resolves with where a browser on this machine finds it. @throws Error with a sentence when its port is taken */
export async function openServer(ground: Ground, people: People, opened: OpenedSessions): Promise<string> {
  const { config, log } = ground;
  const stop = { announced: new AbortController(), begun: new AbortController() };
  const edge = new Edge(config.http);
  const sockets = openSockets(ground, people, opened, edge);
  const app = openApp(ground, people, opened, { edge, sockets, stop });
  const { http, connections } = publicServer(app, sockets, edge, log);
  await listen(http, config.http);
  ground.opened.add('the HTTP server', () => drain(ground, { http, connections, sockets, stop }), Infinity);
  return urlOf(http);
}

function openSockets(
  { config, opened, redis, log, metrics, audit }: Ground,
  { tokens, authority }: People,
  { sessions, links, policy, machineNotices }: OpenedSessions,
  edge: Edge,
): SocketServer {
  const sockets = new SocketServer({
    adapter: redis === null ? null : replicaAdapter(redis, log),
    audit,
    tokens,
    authority,
    links,
    sessions,
    policy,
    metrics,
    log,
    edge,
    addressOf: (request) => clientAddress(request, config.http.trustedProxies),
    maxHandshakesPerMinute: config.http.maxHandshakesPerMinute,
    noticesFor: (person) => machines?.of(person) ?? [],
  });
  const machines = machineNotices?.((owner, notice) => sockets.tellPerson(owner, notice));
  opened.add('notices of machines', () => Promise.resolve(machines?.close()));
  return sockets;
}

function openApp(
  { config, redis, log, metrics, audit }: Ground,
  { keyset, users, tokens }: People,
  { sessions, links }: OpenedSessions,
  { edge, sockets, stop }: { edge: Edge; sockets: SocketServer; stop: Stop },
): Express {
  const { passwordSignIn, oidc } = config.auth;
  return createApp({
    config: config.http,
    edge,
    audit,
    log,
    metrics,
    passwordSignIn,
    broadcast: (notice) => sockets.tell(notice),
    oidc: oidc === null ? null : new OidcProvider(oidc),
    keyset,
    users,
    tokens,
    loginLimit: redis === null ? new LocalLoginLimit() : new SharedLoginLimit(redis.commands),
    countRequest: requestCounter(config.http.rateLimit, redis?.commands ?? null),
    sessions,
    links,
    askWorkspace,
    draining: stop.begun.signal,
    notReady: () => [
      ...(stop.announced.signal.aborted ? ['The server is stopping.'] : []),
      ...(redis?.isReady() === false ? ['Redis is away.'] : []),
    ],
  });
}

interface Serving {
  http: Server;
  connections: Connections;
  sockets: SocketServer;
  stop: Stop;
}

/** Others take over where there are others; then whoever is connected is told, and requests under way may finish. */
async function drain({ config, redis }: Ground, { http, connections, sockets, stop }: Serving): Promise<void> {
  const { drainDelayMs, drainSpreadMs } = config.http;
  stop.announced.abort();
  if (redis !== null) await delay(drainDelayMs);
  const closed = stopAccepting(http);
  stop.begun.abort();
  if (redis !== null) await sockets.drain(drainSpreadMs);
  sockets.close('server-stopping');
  await finishRequests(http, connections, closed);
}

async function listen(http: Server, { host, port }: Config['http']): Promise<void> {
  const listening = once(http, 'listening');
  http.listen(port, host);
  await listening.catch((error: unknown) => {
    const taken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
    throw taken ? new Error(`Port ${port} is taken. Stop what uses it, or set PORT to another.`) : error;
  });
}

/** Resolves when the last connection has gone. */
function stopAccepting(http: Server): Promise<void> {
  return new Promise((resolve) => http.close(() => resolve()));
}

/** Requests under way may finish; nobody may keep the server waiting for long. */
async function finishRequests(http: Server, connections: Connections, closed: Promise<void>): Promise<void> {
  http.closeIdleConnections();
  const timer = setTimeout(() => connections.destroy(), CLOSE_GRACE_MS);
  await closed;
  clearTimeout(timer);
}

function urlOf(http: Server): string {
  const address = http.address();
  if (address === null || typeof address === 'string') return '';
  return `http://localhost:${address.port}`;
}
