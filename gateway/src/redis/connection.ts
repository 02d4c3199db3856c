/** Connections to Redis: one server, a set watched by Sentinel, or a cluster, said by the URL. */
import { Cluster, Redis } from 'ioredis';

export type RedisClient = Redis | Cluster;

/** Two connections: one that is asked, and one that listens and can do nothing else. */
export interface RedisConnections {
  commands: RedisClient;
  subscriber: RedisClient;
  /** Of every key and channel. */
  prefix: string;
}

const PORT_MAX = 65_535;
const DEFAULT_PORT = 6379;
const DEFAULT_SENTINEL_PORT = 26_379;
/** A command that Redis does not answer within this time has failed: whoever waits is told to come again. Milliseconds. */
const COMMAND_TIMEOUT_MS = 2000;
const CONNECT_TIMEOUT_MS = 2000;
/** A connection on which an answer is due for so long is broken, though nobody has said so, and is opened anew. Milliseconds. */
const SILENCE_MS = 5000;
const MAX_RECONNECT_WAIT_MS = 1000;

/** Where Redis is, parsed. */
export type RedisAddress = {
  tls: boolean;
  username: string | null;
  password: string | null;
} & (
  | { kind: 'server'; host: string; port: number; database: number }
  | { kind: 'sentinel'; sentinels: { host: string; port: number }[]; name: string; database: number }
  | { kind: 'cluster'; nodes: { host: string; port: number }[] }
);

const SCHEMES: Record<string, { kind: RedisAddress['kind']; tls: boolean }> = {
  redis: { kind: 'server', tls: false },
  rediss: { kind: 'server', tls: true },
  'redis+sentinel': { kind: 'sentinel', tls: false },
  'rediss+sentinel': { kind: 'sentinel', tls: true },
  'redis+cluster': { kind: 'cluster', tls: false },
  'rediss+cluster': { kind: 'cluster', tls: true },
};

/**
 * Parses `redis://[user:password@]host[:port][/database]`, `redis+sentinel://host[:port][,host…]/name[/database]` or
 * `redis+cluster://host[:port][,host…]`; `rediss` for TLS. Null for anything else.
 */
export function parseRedisUrl(url: string): RedisAddress | null {
  const parts = /^([a-z+]+):\/\/(?:([^@/]*)@)?([^/@]+)(?:\/(.*))?$/.exec(url);
  const [, scheme = '', login = '', hosts = '', path = ''] = parts ?? [];
  const known = SCHEMES[scheme];
  if (known === undefined) return null;
  const { kind, tls } = known;
  const credentials = loginOf(login);
  if (credentials === null) return null;
  const access = { tls, ...credentials };
  const defaultPort = kind === 'sentinel' ? DEFAULT_SENTINEL_PORT : DEFAULT_PORT;
  const nodes = hosts.split(',').map((node) => nodeOf(node, defaultPort));
  const good = nodes.filter((node) => node !== null);
  const [first] = good;
  if (first === undefined || good.length < nodes.length) return null;
  if (kind === 'cluster') return path === '' ? { kind, nodes: good, ...access } : null;
  const [name = '', database = kind === 'server' ? name : ''] = path.split('/');
  if (!/^\d*$/.test(database)) return null;
  if (kind === 'sentinel') {
    return name === '' ? null : { kind, sentinels: good, name, database: Number(database), ...access };
  }
  return good.length === 1 ? { kind, ...first, database: Number(database), ...access } : null;
}

/** Null if `%` stands there for itself. */
function loginOf(login: string): { username: string | null; password: string | null } | null {
  if (login === '') return { username: null, password: null };
  const [username = '', ...rest] = login.split(':');
  // Redis' own tools take what follows the first colon for the password.
  const parts = [username, rest.length === 0 ? null : rest.join(':')].map(percentDecoded);
  if (parts.includes(undefined)) return null;
  const [name = '', password = null] = parts;
  return { username: name === '' ? null : name, password };
}

function percentDecoded(text: string | null): string | null | undefined {
  try {
    return text === null ? null : decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

function nodeOf(text: string, defaultPort: number): { host: string; port: number } | null {
  const [, bracketed, plain, port] = /^(?:\[([0-9a-fA-F:]+)\]|([^:[\]]+))(?::(\d{1,5}))?$/.exec(text) ?? [];
  const host = bracketed ?? plain;
  if (host === undefined || Number(port ?? defaultPort) > PORT_MAX) return null;
  return { host, port: port === undefined ? defaultPort : Number(port) };
}

/**
 * Opens a connection, which comes back by itself for as long as it is not closed. Commands fail at once while it is gone.
 * @param keyPrefix before every key; with its hash tag all keys are in one slot of a cluster
 */
export function openRedis(address: RedisAddress, keyPrefix: string): RedisClient {
  const { username, password, tls } = address;
  const common = {
    keyPrefix,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    commandTimeout: COMMAND_TIMEOUT_MS,
    connectTimeout: CONNECT_TIMEOUT_MS,
    socketTimeout: SILENCE_MS,
    retryStrategy: (attempt: number) => Math.min(attempt * 100, MAX_RECONNECT_WAIT_MS),
    ...(username === null ? {} : { username }),
    ...(password === null ? {} : { password }),
    ...(tls ? { tls: {} } : {}),
  };
  switch (address.kind) {
    case 'server':
      return new Redis({ ...common, host: address.host, port: address.port, db: address.database });
    case 'sentinel':
      return new Redis({ ...common, sentinels: address.sentinels, name: address.name, db: address.database });
    case 'cluster': {
      const { keyPrefix: _prefix, enableOfflineQueue: _queue, retryStrategy: _retry, ...redisOptions } = common;
      return new Cluster(address.nodes, {
        keyPrefix,
        redisOptions,
        enableOfflineQueue: false,
        clusterRetryStrategy: (attempt) => Math.min(attempt * 100, MAX_RECONNECT_WAIT_MS),
      });
    }
  }
}
