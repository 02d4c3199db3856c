import { once } from 'node:events';
import type { Server } from 'node:http';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { onBackgroundFailure } from '@claude-webui/protocol';
import type { Connections } from '@claude-webui/protocol/http';
import type { AuditTrail } from './audit/audit';
import { Audit } from './audit/audit';
import { sinkFor } from './audit/open-sink';
import { Authority } from './auth/authority';
import { ensureAdministrator } from './auth/first-administrator';
import { keysChanged } from './auth/key-changes';
import type { KeysetContent } from './auth/keyset';
import { Keyset } from './auth/keyset';
import { LocalLoginLimit, SharedLoginLimit } from './auth/login-limit';
import { OidcProvider } from './auth/oidc/provider';
import { Revocations } from './auth/revocations';
import { shareRevocations } from './auth/shared-revocations';
import { standingOf } from './auth/standing';
import { Tokens } from './auth/tokens';
import { Users } from './auth/users';
import { Closing } from './closing';
import type { Config } from './config/config';
import { createApp } from './http/app';
import { clientAddress } from './http/client-address';
import { Edge } from './http/edge';
import { publicServer } from './http/public-server';
import { requestCounter } from './http/rate-limit';
import type { Logger } from './log';
import { createLogger } from './log';
import { Metrics } from './metrics/metrics';
import { ModelProxy } from './model-proxy/model-proxy';
import { Policy } from './policy/policy';
import type { PolicyFileParts } from './policy/policy-file';
import { PolicyFile } from './policy/policy-file';
import { ProvenSettings } from './policy/proven-settings';
import { shareProvenSettings } from './policy/shared-proven-settings';
import { askWorkspace } from './runner-link/workspace';
import type { PlainProgram } from './sessions/open-backend';
import { openBackend } from './sessions/open-backend';
import { connectRedis } from './redis/shared-redis';
import { FormerOwners } from './sessions/former-owners';
import { MemoryDirectory } from './sessions/memory-directory';
import { RedisDirectory } from './sessions/redis-directory';
import { MemoryLinks } from './sessions/link-store';
import { Links } from './sessions/links';
import { RedisLinks } from './sessions/redis-links';
import { Sessions } from './sessions/sessions';
import type { LiveSecrets } from './secrets/live-secrets';
import { openSecrets } from './secrets/open-secrets';
import { SecretUsers } from './secrets/secret-users';
import { credentialShape, keysetShape, usersShape } from './secrets/shapes';
import { replicaAdapter } from './sockets/replica-adapter';
import { SocketServer } from './sockets/socket-server';

/** A running gateway. */
export interface Gateway {
  /** Where a browser on this machine finds it. */
  url: string;
  /** Password of the administrator who was made at this first start; it is nowhere else. Null when there was one. */
  newAdministrator: { username: string; password: string } | null;
  /** What the person who started the server has to know about it. */
  warnings: string[];
  /** Whether sessions are kept from what this server's user may read: its files, and what /proc shows of its processes. */
  isolatesSessions: boolean;
  /** Drains: no new work, clients told, sessions ended. May be called twice. */
  close(): Promise<void>;
}

export type { PlainProgram } from './sessions/open-backend';

/** For requests under way when the server stops. Milliseconds. */
const CLOSE_GRACE_MS = 5000;
/**
 * All of the end, beyond the configured times of draining. The chart sees to it that a pod has as much before it is killed: 12 s
 * for clients that are handed over, 5 s for requests under way, or 10 s for runners that do not answer. Milliseconds.
 */
const END_MS = 20_000;

/** Opens every part in order, and closes what it has opened, in reverse, when it is told to or when one fails. */
export async function startGateway(config: Config, plainProgram?: PlainProgram): Promise<Gateway> {
  const log = createLogger(config.logLevel);
  const { drainDelayMs, drainSpreadMs } = config.http;
  const endMs = END_MS + (config.redis === null ? 0 : drainDelayMs + drainSpreadMs);
  const opened = new Closing(
    (what, error) => log.error({ err: error, part: what }, 'a part could not be closed'),
    endMs,
  );
  try {
    return await open(config, plainProgram ?? null, opened, log);
  } catch (error) {
    // What went wrong first is what to say.
    await opened.close().catch(() => undefined);
    throw error;
  }
}

async function open(config: Config, plainProgram: PlainProgram | null, opened: Closing, log: Logger): Promise<Gateway> {
  const metrics = new Metrics();
  const stopListening = onBackgroundFailure((what, error, context) => {
    log.error({ ...context, err: error, what }, 'work in the background failed');
    metrics.backgroundFailures.inc({ what });
  });
  opened.add('the count of background failures', () => Promise.resolve(stopListening()));
  const audit = await Audit.open(sinkFor(config.audit, process.stdout), { log, failures: metrics.auditFailures });
  opened.add('the audit log', () => audit.close());
  const redis = config.redis === null ? null : await connectRedis(config.redis.url, config.redis.prefix, log);
  opened.add('Redis', () => redis?.close());
  const revocations = new Revocations();
  if (redis !== null) {
    opened.add('revocations', await shareRevocations(revocations, redis, log));
  }
  const secrets = openSecrets(config.secrets, { log, metrics });
  opened.add('the secrets', () => secrets.close());
  const keyset = await openKeyset(config, secrets, audit);
  const users = await openUsers(config, secrets, log);
  const lifetimes = { accessSeconds: config.auth.accessTokenSeconds, signInSeconds: config.auth.signInSeconds };
  const authority = new Authority(keyset, revocations, standingOf(users, config.auth.oidc !== null));
  const tokens = new Tokens(keyset, authority, lifetimes);
  const { passwordSignIn, oidc } = config.auth;
  const administrator = passwordSignIn
    ? await ensureAdministrator(users, config.auth.adminPassword)
    : { madeUp: null, warnings: [] };
  const credential = await secrets.follow('anthropic', credentialShape);

  const directory = redis === null ? new MemoryDirectory() : await RedisDirectory.open(redis, log);
  const linkStore = redis === null ? new MemoryLinks() : await RedisLinks.open(redis, (id) => revocations.has(id), log);
  const links = new Links(linkStore, directory, authority);
  const proxyOptions = { ...config.modelProxy, credential: () => credential.value };
  // A key that there is not may come later, but for one of the environment.
  const mayPay = credential.value !== null || config.secrets.source.kind !== 'environment';
  const proxy = mayPay ? new ModelProxy(proxyOptions, tokens, authority, directory, log) : null;
  await proxy?.listen();
  opened.add('the model proxy', async () => proxy?.close());

  metrics.sessionBackend.set({ kind: config.sessions.backend.kind }, 1);
  const { backend, cluster, isolation, machineNotices } = await openBackend(config, plainProgram, secrets, log);
  opened.add('the cluster of sessions', () => cluster?.close());
  const modelEnvironment = (sessionId: string) => proxy?.environment(sessionId) ?? {};
  const policyFile = openPolicy(config.policyFile, { log, audit, failures: metrics.policyReloadFailures });
  opened.add('the policy file', () => policyFile?.close());
  const policy = () => policyFile?.current ?? Policy.preset;
  const proven = new ProvenSettings();
  if (redis !== null) {
    opened.add('proven settings', await shareProvenSettings(proven, redis, log));
  }
  const ofSessions = { directory, backend, cluster, modelEnvironment, policy, proven, metrics, audit, log };
  const sessions = new Sessions(ofSessions);
  // Alone, nobody could find them again.
  const fate = redis === null && cluster === null ? 'end' : 'leave';
  opened.add('the sessions', () => sessions.close(fate), END_MS);

  const formerOwners = new FormerOwners({ fate: config.sessions.ofFormerOwners, sessions, authority, audit, log });
  opened.add('the watch over owners', () => formerOwners.close());

  let draining = false;
  const leaving = new AbortController();
  const edge = new Edge(config.http);
  const app = createApp({
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
    draining: leaving.signal,
    notReady: () => [
      ...(draining ? ['The server is stopping.'] : []),
      ...(redis?.isReady() === false ? ['Redis is away.'] : []),
    ],
  });
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
  const { http, connections } = publicServer(app, sockets, edge, log);
  await listen(http, config.http);
  const drain = async () => {
    draining = true;
    if (redis !== null) await delay(config.http.drainDelayMs);
    const closed = stopAccepting(http);
    leaving.abort();
    if (redis !== null) await sockets.drain(config.http.drainSpreadMs);
    sockets.close('server-stopping');
    await finishRequests(http, connections, closed);
  };
  opened.add('the HTTP server', drain, Infinity);

  return {
    url: urlOf(http),
    newAdministrator: administrator.madeUp,
    warnings: [...administrator.warnings, ...('warning' in isolation ? [isolation.warning] : [])],
    isolatesSessions: isolation.confinement !== 'none',
    close: () => opened.close(),
  };
}

/** @throws SecretError when the keys cannot be had or may not sign */
async function openKeyset(config: Config, secrets: LiveSecrets, audit: AuditTrail): Promise<Keyset> {
  const changed = (before: KeysetContent, now: KeysetContent) => {
    const event = keysChanged(before, now);
    if (event !== null) audit.record(event);
  };
  const shape = keysetShape(config.production);
  if (config.secrets.source.kind !== 'environment') {
    return new Keyset(await secrets.need('jwt', shape, changed), () => secrets.readSoon());
  }
  const { value } = await secrets.follow('jwt', shape);
  return value === null ? Keyset.inDirectory(config.dataDirectory) : new Keyset(() => value);
}

async function openUsers(config: Config, secrets: LiveSecrets, log: Logger): Promise<Users> {
  const failed = (err: Error) => log.error({ err }, 'the users cannot be read: those of the last good reading go on');
  if (config.secrets.users === 'file') return Users.open(join(config.dataDirectory, 'users.json'), failed);
  const all = await secrets.need('users', usersShape);
  return new Users(new SecretUsers(all, secrets.provider));
}

function openPolicy(file: string | null, parts: PolicyFileParts): PolicyFile | null {
  return file === null ? null : PolicyFile.open(file, parts);
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
