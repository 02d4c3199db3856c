/** The operator's settings, from its environment, once. docs/OPERATOR.md lists them. */
import { readFileSync } from 'node:fs';
import { createPublicKey } from 'node:crypto';
import { hostname } from 'node:os';
import { LOG_LEVELS, misspeltVariables } from '@claude-webui/protocol';
import { OPERATOR_NAME } from '@claude-webui/kubernetes-api';
import { z } from 'zod';
import { ConfigError } from '../errors';
import type { Placement } from '../pod/placement';
import { USUAL_DNS } from '../pod/placement';

export interface OperatorConfig {
  placement: Placement;
  /** Names this process in the Lease. */
  identity: string;
  /** Name of the Lease that replicas agree by; null: this one leads. */
  lease: string | null;
  maxSessions: number;
  maxSessionsPerUser: number;
  /** Infinity: no limit. */
  maxSuspendedPerUser: number;
  /** How long a session may be suspended; Infinity: for ever. */
  suspendedTtlMs: number;
  metricsPort: number;
  apiQps: number;
  statusPollMs: number;
  /** Whether people are told that the node of their session is about to be emptied. */
  watchNodes: boolean;
  /** For so long a cordoned node waits for a persistent session to which somebody is attached; null: evictions of sessions are never refused. */
  evictionNoticeMs: number | null;
  startDeadlineMs: number;
  refillPerSecond: number;
  logLevel: (typeof LOG_LEVELS)[number];
}

const NAMESPACE_FILE = '/var/run/secrets/kubernetes.io/serviceaccount/namespace';

const count = (fallback: number, max: number) => z.coerce.number().int().min(0).max(max).default(fallback);

const labels = z.string().transform((text, context) => {
  const pairs = text.split(',').map((pair) => pair.trim().split('='));
  if (pairs.every((pair) => pair.length === 2 && pair[0] !== ''))
    return Object.fromEntries(pairs) as Record<string, string>;
  context.addIssue({ code: 'custom', message: 'must be labels as "name=value,name=value"' });
  return z.NEVER;
});

/** JSON text of a shape. */
const json = <T extends z.ZodType>(shape: T, what: string) =>
  z.string().transform((text, context): z.infer<T> => {
    const parsed = shape.safeParse(parseJson(text));
    if (parsed.success) return parsed.data;
    context.addIssue({ code: 'custom', message: `must be JSON: ${what}` });
    return z.NEVER;
  });

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const texts = z.record(z.string(), z.string());

const schema = z.object({
  SESSION_NAMESPACE: z.string({ error: 'must be set to the namespace that sessions run in' }).min(1),
  POD_NAMESPACE: z.string().min(1).optional(),
  POD_NAME: z.string().min(1).optional(),
  GATEWAY_INTERNAL_URL: z.url({
    protocol: /^https?$/,
    error:
      'must be set to the address at which session pods reach the gateway, such as http://gateway-internal.NAMESPACE.svc:3002',
  }),
  GATEWAY_NAMESPACE: z.string().min(1).optional(),
  GATEWAY_POD_LABELS: labels.default({ 'app.kubernetes.io/component': 'gateway' }),
  OPERATOR_POD_LABELS: labels.default({ 'app.kubernetes.io/component': 'operator' }),
  COMMON_LABELS: json(texts, 'an object of texts').default({}),
  COMMON_ANNOTATIONS: json(texts, 'an object of texts').default({}),
  DNS_PEERS: json(
    z.array(z.record(z.string(), z.unknown())).min(1),
    'a list of peers as of a NetworkPolicy, not empty',
  ).default(() => USUAL_DNS.peers),
  DNS_PORTS: json(z.array(z.int().min(1).max(65_535)).min(1), 'a list of ports, not empty').default(USUAL_DNS.ports),
  MONITORING_NAMESPACE: z.string().min(1).optional(),
  RUNNER_BIND_PUBLIC_KEY: z.string().optional(),
  RUNNER_BIND_PUBLIC_KEY_FILE: z.string().optional(),
  MAX_SESSIONS: count(0, 100_000),
  MAX_SESSIONS_PER_USER: count(0, 1000),
  MAX_SUSPENDED_PER_USER: count(10, 1000),
  SUSPENDED_TTL_SECONDS: count(2_592_000, 31_536_000),
  METRICS_PORT: z.coerce.number().int().min(0).max(65_535).default(8080),
  KUBE_API_QPS: z.coerce.number().min(1).max(10_000).default(100),
  STATUS_POLL_SECONDS: count(10, 3600),
  WATCH_NODES: z.enum(['true', 'false']).default('false'),
  PROTECT_SESSIONS: z.enum(['true', 'false']).default('true'),
  EVICTION_NOTICE_SECONDS: count(300, 86_400),
  START_DEADLINE_SECONDS: z.coerce.number().int().min(10).max(86_400).default(600),
  WARM_POOL_REFILL_PER_SECOND: z.coerce.number().min(0.01).max(1000).default(2),
  LEADER_ELECTION: z.enum(['true', 'false']).default('true'),
  LEASE_NAME: z.string().min(1).default(OPERATOR_NAME),
  LOG_LEVEL: z.enum(LOG_LEVELS).default('info'),
});

/** Names that only this product gives to variables of an operator begin so. */
const PREFIXES = ['GATEWAY_', 'OPERATOR_', 'SESSION_', 'RUNNER_', 'SUSPENDED_', 'WARM_POOL_', 'STATUS_POLL_'];

/** A sentence for each variable that has probably been meant for the operator and is not one of its. */
export const misspelt = (environment: NodeJS.ProcessEnv): string[] =>
  misspeltVariables(Object.keys(environment), Object.keys(schema.shape), PREFIXES);

/** @throws ConfigError with a line for everything that is wrong. */
export function loadConfig(environment: NodeJS.ProcessEnv): OperatorConfig {
  // An empty value is what a chart writes for "not set".
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const parsed = schema.safeParse(given);
  if (!parsed.success)
    throw new ConfigError(parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`));
  const env = parsed.data;
  const ownNamespace = env.POD_NAMESPACE ?? namespaceOfThisPod() ?? env.SESSION_NAMESPACE;
  return {
    placement: {
      namespace: env.SESSION_NAMESPACE,
      gatewayInternalUrl: env.GATEWAY_INTERNAL_URL.replace(/\/$/, ''),
      bindPublicKey: bindPublicKey(env.RUNNER_BIND_PUBLIC_KEY, env.RUNNER_BIND_PUBLIC_KEY_FILE),
      gateway: { namespace: env.GATEWAY_NAMESPACE ?? ownNamespace, podLabels: env.GATEWAY_POD_LABELS },
      operator: { namespace: ownNamespace, podLabels: env.OPERATOR_POD_LABELS },
      monitoringNamespace: env.MONITORING_NAMESPACE ?? null,
      logLevel: env.LOG_LEVEL,
      labels: env.COMMON_LABELS,
      annotations: env.COMMON_ANNOTATIONS,
      dns: { peers: env.DNS_PEERS, ports: env.DNS_PORTS },
    },
    identity: env.POD_NAME ?? `${hostname()}-${process.pid}`,
    lease: env.LEADER_ELECTION === 'true' ? env.LEASE_NAME : null,
    maxSessions: env.MAX_SESSIONS,
    maxSessionsPerUser: env.MAX_SESSIONS_PER_USER,
    maxSuspendedPerUser: env.MAX_SUSPENDED_PER_USER || Infinity,
    suspendedTtlMs: env.SUSPENDED_TTL_SECONDS * 1000 || Infinity,
    metricsPort: env.METRICS_PORT,
    apiQps: env.KUBE_API_QPS,
    statusPollMs: env.STATUS_POLL_SECONDS * 1000,
    watchNodes: env.WATCH_NODES === 'true',
    evictionNoticeMs: env.PROTECT_SESSIONS === 'true' ? env.EVICTION_NOTICE_SECONDS * 1000 : null,
    startDeadlineMs: env.START_DEADLINE_SECONDS * 1000,
    refillPerSecond: env.WARM_POOL_REFILL_PER_SECOND,
    logLevel: env.LOG_LEVEL,
  };
}

function namespaceOfThisPod(): string | undefined {
  try {
    return readFileSync(NAMESPACE_FILE, 'utf8').trim();
  } catch {
    return undefined;
  }
}

/** A public key or a certificate, as PEM. A private key here would end up in every session pod. */
function bindPublicKey(value: string | undefined, file: string | undefined): string {
  const name = value === undefined ? 'RUNNER_BIND_PUBLIC_KEY_FILE' : 'RUNNER_BIND_PUBLIC_KEY';
  const pem = value ?? (file === undefined ? undefined : read(file));
  if (pem === undefined)
    throw new ConfigError([
      'RUNNER_BIND_PUBLIC_KEY or RUNNER_BIND_PUBLIC_KEY_FILE: must give the public key (PEM) of the gateways',
    ]);
  if (pem.includes('PRIVATE KEY'))
    throw new ConfigError([`${name}: holds a private key. Session pods get this value; give the public key only`]);
  try {
    createPublicKey(pem);
  } catch {
    throw new ConfigError([`${name}: is neither a public key nor a certificate in PEM form`]);
  }
  return pem;
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new ConfigError([
      `RUNNER_BIND_PUBLIC_KEY_FILE: cannot be read: ${error instanceof Error ? error.message : ''}`,
    ]);
  }
}
