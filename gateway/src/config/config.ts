import { join, resolve } from 'node:path';
import type { LogLevel } from '@claude-webui/protocol';
import type * as z from 'zod';
import type { FileSinkOptions } from '../audit/file-sink';
import type { OidcSettings } from '../auth/oidc/provider';
import { keyIdOf } from '../auth/keyset';
import type { AwsSecretsOptions } from '../secrets/aws-provider';
import type { RateLimitOptions } from '../http/rate-limit';
import type { SecretName } from '../secrets/provider';
import type { Fate } from '../sessions/fates';
import { isPlaceholder, secretWeakness } from './secret-strength';
import { BUILT_WEB_ROOT, VARIABLES } from './variables';

/** Everything the gateway is configured with, parsed once at the start. `variables.ts` says which variable sets what. */
export interface Config {
  production: boolean;
  logLevel: LogLevel;
  /** Absolute path; the users and keys of a server without a secret store. */
  dataDirectory: string;
  http: {
    host: string;
    /** 0: any free one. */
    port: number;
    /** Origins allowed beside the server's own, such as `https://terminal.example.org`. */
    publicOrigins: string[];
    /** Names of the server beside those of its origins. */
    allowedHosts: string[];
    /** Proxies in front whose X-Forwarded-* headers count. */
    trustedProxies: number;
    /** Absolute path of the built web client. */
    webRoot: string;
    rateLimit: RateLimitOptions;
    /** Connections that one address may open. */
    maxHandshakesPerMinute: number;
    /** Largest file that may be written into a workspace. */
    maxFileBytes: number;
    /** From not ready to taking no more connections. */
    drainDelayMs: number;
    /** Over which clients are sent to another server. */
    drainSpreadMs: number;
  };
  secrets: {
    source:
      | { kind: 'environment'; values: Partial<Record<SecretName, string>> }
      | { kind: 'files'; directory: string }
      | ({ kind: 'aws' } & AwsSecretsOptions);
    /** Between two readings. */
    pollMs: number;
    /** Where the users are: in DATA_DIR, or with the secrets. */
    users: 'file' | 'secret';
  };
  auth: {
    accessTokenSeconds: number;
    /** From one password to the next. */
    signInSeconds: number;
    /** Password of the first administrator; null: one is made up. */
    adminPassword: string | null;
    passwordSignIn: boolean;
    /** Null: nobody signs in at a provider. */
    oidc: OidcSettings | null;
  };
  /** What several gateways share; null: this one is alone. */
  redis: { url: string; prefix: string } | null;
  sessions: {
    backend:
      | { kind: 'process' }
      /** `maxLifetimeMs` 0: none. `bindKeyFile` null: the key is the secret `runner-bind`. */
      | { kind: 'kubernetes'; namespace: string; template: string; maxLifetimeMs: number; bindKeyFile: string | null };
    isolation: 'auto' | 'require' | 'off';
    maxTotal: number;
    maxPerUser: number;
    /** Absolute path. */
    workingDirectory: string;
    persistent: boolean;
    /** Absolute path of the Claude Code binary; null: the one from the npm package. */
    cliPath: string | null;
    /** 0: never. */
    idleTimeoutMs: number;
    idleWarningMs: number;
    /** 0: a session ends with its last connection. */
    detachGraceMs: number;
    detachMaxWorkMs: number;
    scrollbackLines: number;
    /** What becomes of the sessions of somebody who may have none any more. */
    ofFormerOwners: Fate;
  };
  /** Absolute path; null: the preset. */
  policyFile: string | null;
  audit: { kind: 'stdout' | 'off' } | ({ kind: 'file' } & FileSinkOptions);
  modelProxy: {
    /** Address to listen on. */
    host: string;
    /** 0: any free one. */
    port: number;
    /** Where sessions find it, without a trailing slash; null: at `host`. */
    url: string | null;
    /** Without a trailing slash. */
    upstream: string;
  };
}

/** Names every variable that is wrong, and what to do about it. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';

  /** One sentence each, beginning with the variable's name. */
  constructor(readonly problems: readonly string[]) {
    super(['The configuration is wrong:', ...problems.map((text) => `  - ${text}`)].join('\n'));
  }
}

type Values = { [Name in keyof typeof VARIABLES]: z.output<(typeof VARIABLES)[Name]['schema']> };

/**
 * Parses the environment. An empty variable counts as unset; unknown ones are ignored.
 * @throws ConfigError with all problems at once
 */
export function loadConfig(env: NodeJS.ProcessEnv): Config {
  const { values, problems } = readVariables(env);
  problems.push(
    ...environmentSecretProblems(env),
    ...secretsProblems(env),
    ...defaultPasswordProblems(env),
    ...clusterProblems(env),
    ...oidcProblems(env),
  );
  if (problems.length > 0) throw new ConfigError(problems);
  return toConfig(values as Values);
}

/** Parses each variable by itself, so that one bad value hides no other. */
function readVariables(env: NodeJS.ProcessEnv): { values: object; problems: string[] } {
  const values: Record<string, unknown> = {};
  const problems: string[] = [];
  for (const [name, { schema, default: preset }] of Object.entries(VARIABLES)) {
    const parsed = schema.safeParse(given(env, name) ?? preset);
    if (parsed.success) values[name] = parsed.data;
    else problems.push(...parsed.error.issues.map(({ message }) => `${name} ${message}.`));
  }
  return { values, problems };
}

/** What a secret is called that is given by the environment. */
const SECRET_VARIABLES = ['JWT_SECRET', 'ANTHROPIC_API_KEY', 'ANTHROPIC_AUTH_TOKEN', 'RUNNER_BIND_KEY'];

function environmentSecretProblems(env: NodeJS.ProcessEnv): string[] {
  if (secretsAreElsewhere(env)) return [];
  const problems: string[] = [];
  const secret = given(env, 'JWT_SECRET');
  const weakness = secret === null ? 'is not set' : secretWeakness(secret);
  if (given(env, 'NODE_ENV') === 'production' && weakness !== null) {
    problems.push(
      `JWT_SECRET ${weakness}. Production needs 32 random bytes: set it to the output of "openssl rand -base64 48".`,
    );
  }
  if (given(env, 'ANTHROPIC_API_KEY') !== null && given(env, 'ANTHROPIC_AUTH_TOKEN') !== null) {
    problems.push('ANTHROPIC_API_KEY and ANTHROPIC_AUTH_TOKEN are both set. Unset one of them.');
  }
  return problems;
}

/** A password that everybody has read somewhere lets everybody in. */
function defaultPasswordProblems(env: NodeJS.ProcessEnv): string[] {
  const name = 'CLAUDE_WEBUI_ADMIN_PASSWORD';
  if (given(env, 'NODE_ENV') !== 'production' || !isPlaceholder(given(env, name) ?? '')) return [];
  return [`${name} is a placeholder, not a password. Unset it, and one is made up and printed once.`];
}

/** Of two places for one secret, one would be read and the other believed. */
function secretsProblems(env: NodeJS.ProcessEnv): string[] {
  const provider = given(env, 'SECRETS_PROVIDER');
  if (!secretsAreElsewhere(env)) {
    return given(env, 'USER_STORE') === 'secret'
      ? ['USER_STORE is secret, but SECRETS_PROVIDER is environment, which has no users. Set it to files or aws.']
      : [];
  }
  const doubled = SECRET_VARIABLES.filter((name) => given(env, name) !== null);
  return [
    ...doubled.map((name) => `${name} is set, but secrets come from SECRETS_PROVIDER ${provider}. Unset it.`),
    ...(provider === 'aws' && given(env, 'AWS_REGION') === null
      ? ['AWS_REGION is not set. SECRETS_PROVIDER aws needs the region of the secrets, such as eu-central-1.']
      : []),
  ];
}

function secretsAreElsewhere(env: NodeJS.ProcessEnv): boolean {
  return ['aws', 'files'].includes(given(env, 'SECRETS_PROVIDER') ?? '');
}

/** What sessions in pods need that sessions on this machine do not. */
function clusterProblems(env: NodeJS.ProcessEnv): string[] {
  if (given(env, 'SESSION_BACKEND') !== 'kubernetes')
    return given(env, 'DISABLED_USER_SESSIONS') === 'suspend'
      ? ['DISABLED_USER_SESSIONS is suspend, but sessions on this machine cannot be suspended. Set it to end or keep.']
      : [];
  const problems: string[] = [];
  if (given(env, 'SESSION_NAMESPACE') === null)
    problems.push(
      'SESSION_NAMESPACE is not set. SESSION_BACKEND kubernetes needs the namespace of the ClaudeSessions.',
    );
  if (given(env, 'INTERNAL_URL') === null)
    problems.push(
      'INTERNAL_URL is not set. Session pods call the gateway there: set it to its service, such as http://claude-webui-gateway-internal.claude-webui.svc:3002.',
    );
  const hasBindKey = given(env, 'RUNNER_BIND_KEY') !== null || given(env, 'RUNNER_BIND_KEY_FILE') !== null;
  if (!hasBindKey && !secretsAreElsewhere(env))
    problems.push(
      'RUNNER_BIND_KEY is not set, so no session pod would believe this gateway. Make one with "openssl ecparam -name prime256v1 -genkey -noout | openssl pkcs8 -topk8 -nocrypt".',
    );
  if (given(env, 'RUNNER_BIND_KEY') !== null && given(env, 'RUNNER_BIND_KEY_FILE') !== null)
    problems.push('RUNNER_BIND_KEY and RUNNER_BIND_KEY_FILE are both set. Unset one of them.');
  if (given(env, 'NODE_ENV') === 'production' && isLoopback(given(env, 'INTERNAL_HOST') ?? '127.0.0.1'))
    problems.push(
      'INTERNAL_HOST is an address of this machine alone, where no session pod can call. Set it to 0.0.0.0.',
    );
  return problems;
}

const isLoopback = (host: string) => host === 'localhost' || host === '::1' || host.startsWith('127.');

function oidcProblems(env: NodeJS.ProcessEnv): string[] {
  if (given(env, 'OIDC_ISSUER') === null)
    return given(env, 'PASSWORD_SIGN_IN') === 'false'
      ? ['PASSWORD_SIGN_IN is false and OIDC_ISSUER is not set: nobody could sign in. Set the one or the other.']
      : [];
  const problems: string[] = [];
  if (given(env, 'OIDC_CLIENT_ID') === null)
    problems.push('OIDC_CLIENT_ID is not set. Register this server at the provider; OIDC_ISSUER needs its id there.');
  if (given(env, 'OIDC_ROLE_MAP') === null)
    problems.push('OIDC_ROLE_MAP is not set, so nobody could sign in. Say who may, such as admins=admin,*=user.');
  if (given(env, 'OIDC_REDIRECT_URI') === null && given(env, 'PUBLIC_ORIGIN') === null)
    problems.push(
      'OIDC_REDIRECT_URI is not set, nor PUBLIC_ORIGIN. Set one, so that the provider can send people back.',
    );
  return problems;
}

function given(env: NodeJS.ProcessEnv, name: string): string | null {
  const value = env[name]?.trim() ?? '';
  return value === '' ? null : value;
}

function toConfig(values: Values): Config {
  const production = values.NODE_ENV === 'production';
  return {
    production,
    logLevel: values.LOG_LEVEL,
    dataDirectory: values.DATA_DIR,
    http: {
      host: values.HOST ?? (production ? '0.0.0.0' : '127.0.0.1'),
      port: values.PORT,
      publicOrigins: values.PUBLIC_ORIGIN,
      allowedHosts: values.ALLOWED_HOSTS,
      trustedProxies: values.TRUST_PROXY,
      webRoot: resolve(values.WEB_ROOT ?? BUILT_WEB_ROOT),
      maxHandshakesPerMinute: values.HANDSHAKES_PER_MINUTE_PER_ADDRESS,
      rateLimit: {
        windowMs: values.RATE_LIMIT_WINDOW_MS,
        maxRequests: values.RATE_LIMIT_MAX_REQUESTS,
        maxRequestsPerAddress: values.RATE_LIMIT_MAX_REQUESTS_PER_ADDRESS,
      },
      maxFileBytes: values.UPLOAD_MAX_BYTES,
      drainDelayMs: values.DRAIN_DELAY * 1000,
      drainSpreadMs: values.DRAIN_SPREAD * 1000,
    },
    secrets: { source: secretsOf(values), pollMs: values.SECRETS_POLL_INTERVAL * 1000, users: values.USER_STORE },
    auth: {
      accessTokenSeconds: values.ACCESS_TOKEN_TTL,
      signInSeconds: values.SIGN_IN_TTL * 3600,
      adminPassword: values.CLAUDE_WEBUI_ADMIN_PASSWORD,
      passwordSignIn: values.PASSWORD_SIGN_IN,
      oidc: oidcOf(values),
    },
    redis: values.REDIS_URL === null ? null : { url: values.REDIS_URL, prefix: values.REDIS_KEY_PREFIX },
    sessions: {
      backend: backendOf(values),
      isolation: values.SESSION_ISOLATION,
      maxTotal: values.MAX_SESSIONS,
      maxPerUser: values.MAX_SESSIONS_PER_USER,
      workingDirectory: values.CLAUDE_WORKING_DIR,
      persistent: values.WORKSPACE_PERSISTENCE,
      cliPath: values.CLAUDE_CODE_PATH,
      idleTimeoutMs: values.SESSION_TIMEOUT * 60_000,
      idleWarningMs: values.SESSION_IDLE_WARNING * 1000,
      detachGraceMs: values.SESSION_DETACH_GRACE * 1000,
      detachMaxWorkMs: values.SESSION_DETACH_MAX_WORK * 1000,
      scrollbackLines: values.SCROLLBACK_LINES,
      ofFormerOwners: values.DISABLED_USER_SESSIONS,
    },
    policyFile: values.POLICY_FILE,
    audit: auditOf(values),
    modelProxy: {
      host: values.INTERNAL_HOST,
      port: values.INTERNAL_PORT,
      url: values.INTERNAL_URL,
      upstream: values.ANTHROPIC_BASE_URL,
    },
  };
}

function backendOf(values: Values): Config['sessions']['backend'] {
  if (values.SESSION_BACKEND === 'process') return { kind: 'process' };
  return {
    kind: 'kubernetes',
    namespace: values.SESSION_NAMESPACE,
    template: values.SESSION_TEMPLATE,
    maxLifetimeMs: values.SESSION_MAX_LIFETIME * 60_000,
    bindKeyFile: values.RUNNER_BIND_KEY_FILE,
  };
}

function auditOf(values: Values): Config['audit'] {
  const preset = values.NODE_ENV === 'production' ? 'stdout' : join(values.DATA_DIR, 'audit.jsonl');
  const target = values.AUDIT_LOG === '' ? preset : values.AUDIT_LOG;
  if (target === 'stdout' || target === 'off') return { kind: target };
  return { kind: 'file', path: target, maxBytes: values.AUDIT_MAX_BYTES, maxFiles: values.AUDIT_MAX_FILES };
}

function oidcOf(values: Values): OidcSettings | null {
  const { OIDC_ISSUER: issuer, OIDC_CLIENT_ID: clientId, PUBLIC_ORIGIN: origins } = values;
  const redirectUri =
    values.OIDC_REDIRECT_URI ?? (origins[0] === undefined ? null : `${origins[0]}/auth/oidc/callback`);
  if (issuer === null || clientId === null || redirectUri === null) return null;
  return {
    name: values.OIDC_NAME,
    issuer,
    clientId,
    clientSecret: values.OIDC_CLIENT_SECRET,
    scopes: values.OIDC_SCOPES,
    usernameClaim: values.OIDC_USERNAME_CLAIM,
    groupsClaim: values.OIDC_GROUPS_CLAIM,
    roleMap: values.OIDC_ROLE_MAP,
    redirectUri,
  };
}

function secretsOf(values: Values): Config['secrets']['source'] {
  switch (values.SECRETS_PROVIDER) {
    case 'environment':
      return { kind: 'environment', values: environmentSecrets(values) };
    case 'files':
      return { kind: 'files', directory: values.SECRETS_DIR };
    case 'aws': {
      const { SECRETS_PREFIX: prefix, AWS_REGION: region, AWS_ENDPOINT_URL_SECRETS_MANAGER: endpoint } = values;
      return { kind: 'aws', prefix, region: region ?? '', endpoint };
    }
  }
}

/** In the shapes that secrets have everywhere. */
function environmentSecrets(values: Values): Partial<Record<SecretName, string>> {
  const {
    JWT_SECRET: secret,
    ANTHROPIC_API_KEY: apiKey,
    ANTHROPIC_AUTH_TOKEN: authToken,
    RUNNER_BIND_KEY: bind,
  } = values;
  const credential = apiKey === null ? { authToken } : { apiKey };
  return {
    ...(secret === null
      ? {}
      : { jwt: JSON.stringify({ active: keyIdOf(secret), keys: { [keyIdOf(secret)]: secret } }) }),
    ...(apiKey === null && authToken === null ? {} : { anthropic: JSON.stringify(credential) }),
    ...(bind === null ? {} : { 'runner-bind': bind }),
  };
}
