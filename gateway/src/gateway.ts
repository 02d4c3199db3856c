import { once } from 'node:events';
import type { Server } from 'node:http';
import { createServer } from 'node:http';
import { join } from 'node:path';
import type { ProgramSpec } from '@claude-webui/protocol';
import { ensureAdministrator } from './auth/first-administrator';
import { Keyset } from './auth/keyset';
import { LoginBackoff } from './auth/login-backoff';
import { Revocations } from './auth/revocations';
import { Tokens } from './auth/tokens';
import { Users } from './auth/users';
import type { Config } from './config/config';
import { createApp } from './http/app';
import { originAllowed, requestedHost } from './http/origin';
import { createLogger } from './log';
import { Metrics } from './metrics/metrics';
import { ModelProxy } from './model-proxy/model-proxy';
import { forwardFile } from './runner-link/files';
import { probeIsolation } from './sessions/isolation';
import { MemoryDirectory } from './sessions/memory-directory';
import { ProcessBackend } from './sessions/process-backend';
import { Sessions } from './sessions/sessions';
import { SocketServer } from './sockets/socket-server';

/** A running gateway. */
export interface Gateway {
  /** Where a browser on this machine finds it. */
  url: string;
  /** Password of the administrator who was made at this first start; it is nowhere else. Null when there was one. */
  newAdministrator: { username: string; password: string } | null;
  /** What the person who started the server has to know about it. */
  warnings: string[];
  /** Drains: no new work, clients told, sessions ended. May be called twice. */
  close(): Promise<void>;
}

/** For tests and benchmarks: another program than Claude Code in the sessions. */
export type PlainProgram = Pick<ProgramSpec, 'path' | 'args'>;

/** For requests under way when the server stops. Milliseconds. */
const CLOSE_GRACE_MS = 5000;

/** Opens every part in order, and closes what it has opened, in reverse, when it is told to or when one fails. */
export async function startGateway(config: Config, plainProgram?: PlainProgram): Promise<Gateway> {
  const opened: (() => Promise<void>)[] = [];
  let closing: Promise<void> | null = null;
  const close = () => (closing ??= closeAll(opened));
  try {
    return await open(config, plainProgram ?? null, opened, close);
  } catch (error) {
    await close();
    throw error;
  }
}

async function closeAll(opened: (() => Promise<void>)[]): Promise<void> {
  for (let next = opened.pop(); next !== undefined; next = opened.pop()) await next();
}

async function open(
  config: Config,
  plainProgram: PlainProgram | null,
  opened: (() => Promise<void>)[],
  close: () => Promise<void>,
): Promise<Gateway> {
  const log = createLogger(config.logLevel);
  const metrics = new Metrics();
  const revocations = new Revocations();
  const { jwtSecret } = config.auth;
  const keyset = jwtSecret === null ? await Keyset.inDirectory(config.dataDirectory) : Keyset.ofSecret(jwtSecret);
  const tokens = new Tokens(keyset, revocations, {
    accessSeconds: config.auth.accessTokenSeconds,
    signInSeconds: config.auth.signInSeconds,
  });
  const users = Users.open(join(config.dataDirectory, 'users.json'));
  const newAdministrator = await ensureAdministrator(users, config.auth.adminPassword);

  const isolation = await probeIsolation(config.sessions.isolation);
  const { credential } = config.modelProxy;
  const directory = new MemoryDirectory();
  const proxy =
    credential === null ? null : new ModelProxy({ ...config.modelProxy, credential }, tokens, directory, log);
  await proxy?.listen();
  opened.push(async () => proxy?.close());

  const backend = new ProcessBackend({
    workingDirectory: config.sessions.workingDirectory,
    persistent: config.sessions.persistent,
    program:
      plainProgram === null
        ? { path: config.sessions.cliPath, args: [], kind: 'claude', confinement: isolation.confinement }
        : { ...plainProgram, kind: 'plain', confinement: 'none' },
    limits: config.sessions,
    logLevel: config.logLevel,
  });
  const limits = { total: config.sessions.maxTotal, perUser: config.sessions.maxPerUser };
  const environment = (sessionId: string) => proxy?.environment(sessionId) ?? {};
  const sessions = new Sessions(directory, backend, limits, environment, metrics, log);
  opened.push(() => sessions.close());

  let draining = false;
  const { publicOrigins, trustedProxies } = config.http;
  const http = createServer(
    createApp({
      config: config.http,
      log,
      metrics,
      users,
      tokens,
      backoff: new LoginBackoff(),
      sessions,
      forwardFile,
      notReady: () => (draining ? ['The server is stopping.'] : []),
    }),
  );
  const sockets = new SocketServer(http, {
    tokens,
    revocations,
    sessions,
    metrics,
    log,
    originAllowed: ({ headers }) =>
      originAllowed(headers.origin, requestedHost(headers, trustedProxies), publicOrigins),
  });
  await listen(http, config.http);
  opened.push(async () => {
    draining = true;
    await sockets.close('server-stopping');
    await closeHttp(http);
  });

  return {
    url: urlOf(http),
    newAdministrator,
    warnings: isolation.confinement === 'none' ? [isolation.warning] : [],
    close,
  };
}

async function listen(http: Server, { host, port }: Config['http']): Promise<void> {
  const listening = once(http, 'listening');
  http.listen(port, host);
  await listening.catch((error: unknown) => {
    const taken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
    throw taken ? new Error(`Port ${port} is taken. Stop what uses it, or set PORT to another.`) : error;
  });
}

/** Requests under way may finish; nobody may keep the server waiting for long. */
async function closeHttp(http: Server): Promise<void> {
  const closed = new Promise((resolve) => http.close(resolve));
  http.closeIdleConnections();
  const timer = setTimeout(() => http.closeAllConnections(), CLOSE_GRACE_MS);
  await closed;
  clearTimeout(timer);
}

function urlOf(http: Server): string {
  const address = http.address();
  if (address === null || typeof address === 'string') return '';
  return `http://localhost:${address.port}`;
}
