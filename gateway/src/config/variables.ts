/** Every environment variable: its default, its meaning and what it may hold. docs/CONFIGURATION.md is held against it. */
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { DETACH_MAX_WORK_SECONDS, LOG_LEVELS, MAX_SCROLLBACK_LINES, SCROLLBACK_LINES } from '@claude-webui/protocol';
import * as z from 'zod';
import { parseRoleMap } from '../auth/oidc/role-map';
import { MIN_PASSWORD_LENGTH } from '../auth/password-rule';
import { parseRedisUrl } from '../redis/connection';
import { FATES } from '../sessions/fates';

/** A whole number in a range, said as one sentence whatever is wrong with it. */
function wholeNumber(min: number, max: number) {
  const message = `must be a whole number from ${min} to ${max}`;
  return z
    .string()
    .regex(/^\d{1,15}$/, message)
    .transform(Number)
    .refine((value) => value >= min && value <= max, message);
}

function oneOf<const T extends readonly string[]>(...values: T) {
  return z.enum(values, { error: `must be one of ${values.join(', ')}` });
}

const text = z.string();
const truth = oneOf('true', 'false').transform((value) => value === 'true');
const absolute = (path: string) => resolve(path.replace(/^~(?=\/|$)/, homedir()));
const directory = text.transform(absolute);
const optional = text.transform((value) => (value === '' ? null : value));
const PORT_MAX = 65_535;
const DAY_SECONDS = 86_400;

function isOrigin(value: string): boolean {
  return URL.canParse(value) && /^https?:$/.test(new URL(value).protocol) && new URL(value).origin === value;
}

const isPlainUrl = (value: string) => isOrigin(value.replace(/\/$/, ''));

const kubernetesName = text.refine(
  (value) => /^(?:[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?)?$/.test(value),
  'must be a name as Kubernetes has them: lower-case letters, digits, - and .',
);
const listed = (text: string) =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');

const origins = text
  .transform(listed)
  .refine(
    (list) => list.every(isOrigin),
    'must be origins such as https://terminal.example.org, without a path, separated by commas',
  );

const hostNames = text
  .transform((value) => listed(value).map((name) => name.toLowerCase()))
  .refine(
    (names) => names.every((name) => /^[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?$/.test(name)),
    'must be names such as terminal.example.org, without scheme or port, separated by commas',
  );

/** What paths are appended to: a user, a query or a fragment would be lost, or be shown in the log. */
function isHttpUrl(value: string): boolean {
  if (!URL.canParse(value)) return false;
  const { protocol, username, password, search, hash } = new URL(value);
  return /^https?:$/.test(protocol) && [username, password, search, hash].every((part) => part === '');
}

const HTTP_URL =
  'must be an http or https URL such as https://host.example.org, without user, password, query or fragment';
const httpUrl = text.refine(isHttpUrl, HTTP_URL).transform((value) => value.replace(/\/+$/, ''));

const issuer = optional.refine(
  (value) => value === null || isTrustedUrl(value),
  'must be an https URL without user, password, query or fragment (http only for a provider on this machine)',
);

/** Over plain http anybody between could be the provider; on loopback nobody is between. */
function isTrustedUrl(value: string): boolean {
  if (!isHttpUrl(value)) return false;
  const { protocol, hostname } = new URL(value);
  return protocol === 'https:' || (protocol === 'http:' && ['localhost', '127.0.0.1', '[::1]'].includes(hostname));
}

const roleMap = text.transform((value, context) => {
  const map = parseRoleMap(value);
  if (map !== null) return map;
  context.addIssue('must be groups and their roles such as admins=admin,developers=user,*=viewer');
  return z.NEVER;
});

interface Variable<T> {
  /** As written in the environment; `''`: none. It passes the same schema as a value from outside. */
  default: string;
  help: string;
  schema: z.ZodType<T, string>;
}

const variable = <T>(schema: z.ZodType<T, string>, value: string, help: string): Variable<T> => ({
  default: value,
  help,
  schema,
});

export const VARIABLES = {
  NODE_ENV: variable(
    oneOf('development', 'test', 'production'),
    'development',
    '`production` refuses to start without strong signing keys and listens on all addresses.',
  ),
  PORT: variable(wholeNumber(0, PORT_MAX), '3001', 'Port of the web client, REST and Socket.IO. 0: any free one.'),
  HOST: variable(optional, '', 'Address to listen on. Without it 127.0.0.1, in production 0.0.0.0.'),
  PUBLIC_ORIGIN: variable(
    origins,
    '',
    'Origins, separated by commas, from which browsers may use the server beside its own, such as `https://terminal.example.org`.',
  ),
  ALLOWED_HOSTS: variable(
    hostNames,
    '',
    'Names, separated by commas, by which this server is reached over plain http beside those of PUBLIC_ORIGIN, `localhost` and IP addresses. Requests that name another host are refused (DNS rebinding).',
  ),
  TRUST_PROXY: variable(
    wholeNumber(0, 10),
    '0',
    'Number of proxies in front whose X-Forwarded-For, -Proto and -Host headers count.',
  ),
  WEB_ROOT: variable(optional, '', 'Directory of the built web client. Without it the one built beside the server.'),
  LOG_LEVEL: variable(oneOf(...LOG_LEVELS), 'info', `Least level logged: ${LOG_LEVELS.join(', ')}.`),
  RATE_LIMIT_WINDOW_MS: variable(
    wholeNumber(1000, DAY_SECONDS * 1000),
    '60000',
    'Window of the REST rate limit, in milliseconds.',
  ),
  RATE_LIMIT_MAX_REQUESTS: variable(
    wholeNumber(1, 1_000_000),
    '600',
    'REST requests that one person may make in a window; all who have not signed in at one address together may make as many.',
  ),
  RATE_LIMIT_MAX_REQUESTS_PER_ADDRESS: variable(
    wholeNumber(1, 1_000_000),
    '6000',
    'REST requests that all together at one address (IPv4 address, IPv6 /64) may make in a window.',
  ),
  HANDSHAKES_PER_MINUTE_PER_ADDRESS: variable(
    wholeNumber(1, 1_000_000),
    '1200',
    'Terminal connections that one address (IPv4 address, IPv6 /64) may open in a minute, at each gateway. Raise it for thousands of people behind one address.',
  ),
  UPLOAD_MAX_BYTES: variable(
    wholeNumber(1, 1_000_000_000_000),
    '1073741824',
    'Largest file that may be uploaded into a workspace. The page sends large files in pieces of at most 8 MiB.',
  ),
  DATA_DIR: variable(
    directory,
    '~/.claude-webui',
    'Directory of the users and of generated keys. Made with mode 0700.',
  ),
  JWT_SECRET: variable(
    optional,
    '',
    'Secret that signs sign-ins: at least 32 random bytes. Required in production; otherwise made up once and kept in DATA_DIR.',
  ),
  SECRETS_PROVIDER: variable(
    oneOf('environment', 'files', 'aws'),
    'environment',
    'Where secrets are: in these variables (for one machine), in files of SECRETS_DIR, or in AWS Secrets Manager.',
  ),
  SECRETS_DIR: variable(
    directory,
    '/etc/claude-webui/secrets',
    'With `files`: directory with a file for each secret, such as a mounted Kubernetes Secret. A change is noticed at once.',
  ),
  SECRETS_PREFIX: variable(text, 'claude-webui/', 'With `aws`: what the names of the secrets begin with.'),
  SECRETS_POLL_INTERVAL: variable(
    wholeNumber(1, 3600),
    '30',
    'Seconds between two readings of the secrets. A withdrawn key or a disabled user is out at most 5 seconds after one.',
  ),
  AWS_REGION: variable(optional, '', 'With `aws`: region of the secrets.'),
  AWS_ENDPOINT_URL_SECRETS_MANAGER: variable(
    optional.refine((url) => url === null || isHttpUrl(url), HTTP_URL),
    '',
    "With `aws`: Secrets Manager's address in the place of the region's own, such as a VPC endpoint.",
  ),
  USER_STORE: variable(
    oneOf('file', 'secret'),
    'file',
    'Where the people are who sign in by password: `users.json` in DATA_DIR, or the secret `users`, which is changed where it is kept.',
  ),
  RUNNER_BIND_KEY: variable(
    optional,
    '',
    'P-256 private key as PEM by which gateways sign what they hand to session pods.',
  ),
  RUNNER_BIND_KEY_FILE: variable(
    optional,
    '',
    'File with that key, wherever the other secrets are: for a key that the cluster has made, beside secrets of AWS.',
  ),
  CLAUDE_WEBUI_ADMIN_PASSWORD: variable(
    optional.refine(
      (password) => password === null || password.length >= MIN_PASSWORD_LENGTH,
      `must have at least ${MIN_PASSWORD_LENGTH} characters`,
    ),
    '',
    `Password of the first administrator, \`admin\`, at least ${MIN_PASSWORD_LENGTH} characters. Without it one is made up and printed once.`,
  ),
  ACCESS_TOKEN_TTL: variable(
    wholeNumber(10, DAY_SECONDS),
    '900',
    'Lifetime of an access token, in seconds. Browsers renew it by themselves.',
  ),
  SIGN_IN_TTL: variable(wholeNumber(1, 24 * 30), '12', 'Hours until the password is asked for again.'),
  PASSWORD_SIGN_IN: variable(
    truth,
    'true',
    '`false`: nobody signs in by a password kept here, only at the OpenID provider.',
  ),
  OIDC_ISSUER: variable(
    issuer,
    '',
    'URL of an OpenID provider at which people may sign in. The other OIDC variables mean nothing without it.',
  ),
  OIDC_NAME: variable(
    text.max(40, 'must have at most 40 characters'),
    'single sign-on',
    'What the sign-in page calls the provider.',
  ),
  OIDC_CLIENT_ID: variable(optional, '', 'Id of this server at the provider.'),
  OIDC_CLIENT_SECRET: variable(optional, '', 'Its secret. Without one it is a public client; PKCE is used with both.'),
  OIDC_SCOPES: variable(
    text.refine((value) => value.split(' ').includes('openid'), 'must have openid among scopes separated by spaces'),
    'openid profile email',
    'What is asked for, separated by spaces. Some providers have a scope for groups.',
  ),
  OIDC_USERNAME_CLAIM: variable(
    text,
    'preferred_username',
    'Claim with the name to show. Without it the subject is shown.',
  ),
  OIDC_GROUPS_CLAIM: variable(text, 'groups', 'Claim with the groups.'),
  OIDC_ROLE_MAP: variable(
    roleMap,
    '',
    'Roles by group, such as `admins=admin,developers=user,*=viewer`; the highest counts, `*` is everybody, nobody else gets in.',
  ),
  OIDC_REDIRECT_URI: variable(
    optional.refine(
      (value) => value === null || (isTrustedUrl(value) && new URL(value).pathname === '/auth/oidc/callback'),
      'must be the https URL of this server with the path /auth/oidc/callback (http only on this machine)',
    ),
    '',
    'Where the provider sends people back. Without it `/auth/oidc/callback` at the first PUBLIC_ORIGIN.',
  ),
  REDIS_URL: variable(
    optional.refine(
      (url) => url === null || parseRedisUrl(url) !== null,
      'must be redis://[user:password@]host[:port], redis+sentinel://host,host/name or redis+cluster://host,host (rediss… for TLS); in a user or password write @ as %40, / as %2F and % as %25',
    ),
    '',
    'Redis that several gateways share, such as `redis://redis:6379`; `redis+sentinel://a,b/name` and `redis+cluster://a,b` too. Without it this gateway is alone.',
  ),
  REDIS_KEY_PREFIX: variable(
    text,
    '{claude-webui}:',
    'Before every key and channel. What stands in braces keeps all keys of a cluster together.',
  ),
  DRAIN_DELAY: variable(
    wholeNumber(0, 3600),
    '0',
    'With REDIS_URL: seconds for which a server that stops answers `/ready` with 503 before it takes no more connections.',
  ),
  DRAIN_SPREAD: variable(
    wholeNumber(0, 3600),
    '2',
    'With REDIS_URL: seconds over which a server that stops sends its clients to another.',
  ),
  SESSION_BACKEND: variable(
    oneOf('process', 'kubernetes'),
    'process',
    'Where sessions run: `process`, child processes on this machine; `kubernetes`, pods of a cluster.',
  ),
  SESSION_NAMESPACE: variable(kubernetesName, '', 'With `kubernetes`: namespace of the sessions. Required there.'),
  SESSION_TEMPLATE: variable(
    kubernetesName,
    'default',
    'With `kubernetes`: name of the SessionTemplate that new sessions are made from.',
  ),
  SESSION_MAX_LIFETIME: variable(
    wholeNumber(0, 60 * 24 * 31),
    '0',
    'With `kubernetes`: minutes after which a session ends whatever happens in it. 0: never.',
  ),
  SESSION_ISOLATION: variable(
    oneOf('auto', 'require', 'off'),
    'auto',
    'Confinement of sessions by bubblewrap: where it works, or not to start without it, or none.',
  ),
  MAX_SESSIONS: variable(
    wholeNumber(1, 10_000),
    '50',
    'Live sessions on the whole server. With SESSION_BACKEND=kubernetes the operator has this setting.',
  ),
  MAX_SESSIONS_PER_USER: variable(
    wholeNumber(1, 10_000),
    '10',
    'Live sessions of one person. With SESSION_BACKEND=kubernetes the operator has this setting.',
  ),
  SESSION_TIMEOUT: variable(
    wholeNumber(0, 60 * 24 * 30),
    '60',
    'Minutes without activity after which a session ends. 0: never.',
  ),
  SESSION_IDLE_WARNING: variable(wholeNumber(0, 3600), '60', 'Seconds before that end in which people are warned.'),
  SESSION_DETACH_GRACE: variable(
    wholeNumber(0, DAY_SECONDS * 30),
    '900',
    'Seconds that a session lives with no browser connected. While Claude works they do not count. 0: it ends with its last connection, or with that work.',
  ),
  SESSION_DETACH_MAX_WORK: variable(
    wholeNumber(0, DAY_SECONDS * 30),
    String(DETACH_MAX_WORK_SECONDS),
    'Seconds for which, at most, the work of Claude puts that end off. 0: not at all.',
  ),
  DISABLED_USER_SESSIONS: variable(
    oneOf(...FATES),
    'end',
    'What becomes of the sessions of somebody who is disabled, removed or given a lesser role: `end`, `suspend` (with `kubernetes`), or `keep`, in which they go on without model calls.',
  ),
  SCROLLBACK_LINES: variable(
    wholeNumber(0, MAX_SCROLLBACK_LINES),
    String(SCROLLBACK_LINES),
    'Lines above the screen that come back after a reload or on another device. Each thousand takes 2 MB in its session.',
  ),
  CLAUDE_WORKING_DIR: variable(
    directory,
    '/tmp/claude-sessions',
    "Directory of the sessions' homes and workspaces. Made with mode 0700.",
  ),
  WORKSPACE_PERSISTENCE: variable(
    truth,
    'false',
    '`true` keeps a workspace when its session ends; the next session in it can go on with the conversation. With `kubernetes`, the template decides; set `true` if its workspaces are persistent.',
  ),
  CLAUDE_CODE_PATH: variable(
    optional.refine((path) => path?.startsWith('/') ?? true, 'must be an absolute path'),
    '',
    'Absolute path of the Claude Code binary. Without it the one of the npm package.',
  ),
  POLICY_FILE: variable(
    optional.transform((path) => (path === null ? null : absolute(path))),
    '',
    'Path of the command policy, a YAML file; read again when it changes. Without it what [POLICY.md](POLICY.md) calls the preset.',
  ),
  AUDIT_LOG: variable(
    text.transform((value) => (['', 'stdout', 'off'].includes(value) ? value : absolute(value))),
    '',
    'Where audit lines go: `stdout`, `off`, or the path of a file. Without it stdout in production, and otherwise `audit.jsonl` in DATA_DIR.',
  ),
  AUDIT_MAX_BYTES: variable(
    wholeNumber(1_000_000, 10_000_000_000),
    '50000000',
    'Size at which an audit file is put aside as `.1` and a new one begun.',
  ),
  AUDIT_MAX_FILES: variable(wholeNumber(2, 1000), '20', 'Audit files kept, the current one included.'),
  ANTHROPIC_API_KEY: variable(
    optional,
    '',
    'API key added to model calls by the proxy on INTERNAL_PORT; sessions never see it. Without any key people sign in to Claude in their session.',
  ),
  ANTHROPIC_AUTH_TOKEN: variable(optional, '', 'Bearer token in the place of an API key.'),
  ANTHROPIC_BASE_URL: variable(httpUrl, 'https://api.anthropic.com', 'Where the proxy sends model calls.'),
  INTERNAL_PORT: variable(wholeNumber(0, PORT_MAX), '3002', 'Port of the model proxy. 0: any free one.'),
  INTERNAL_HOST: variable(
    text,
    '127.0.0.1',
    'Address that the model proxy listens on. With `kubernetes` one that session pods reach, such as `0.0.0.0`; nobody else should.',
  ),
  INTERNAL_URL: variable(
    optional
      .refine((url) => url === null || isPlainUrl(url), 'must be an http or https URL without a path')
      .transform((url) => url?.replace(/\/$/, '') ?? null),
    '',
    'Where sessions find INTERNAL_PORT, such as `http://claude-webui-gateway-internal.claude-webui.svc:3002`. Required with `kubernetes`.',
  ),
};

/** Those whose value is a secret, or has one in it. */
export const SECRET_VARIABLES = [
  'JWT_SECRET',
  'RUNNER_BIND_KEY',
  'CLAUDE_WEBUI_ADMIN_PASSWORD',
  'OIDC_CLIENT_SECRET',
  'REDIS_URL',
  'ANTHROPIC_API_KEY',
  'ANTHROPIC_AUTH_TOKEN',
] as const satisfies readonly (keyof typeof VARIABLES)[];

/** The built client beside this package, from `src/` as from `dist/`. */
export const BUILT_WEB_ROOT = join(__dirname, '../../../web/dist');
