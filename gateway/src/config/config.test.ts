import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { ConfigError, loadConfig } from './config';
import { VARIABLES } from './variables';

const STRONG = 'q7Jm2xVw9sKdT4ZbN8rYcH3fLgP6aEuR1oWi5MvBnXk=';

function problemsOf(env: NodeJS.ProcessEnv): readonly string[] {
  try {
    loadConfig(env);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
}

test('nothing needs to be set on one machine', () => {
  const config = loadConfig({});
  expect(config.http).toMatchObject({ host: '127.0.0.1', port: 3001, publicOrigins: [] });
  expect(config.sessions).toMatchObject({
    maxTotal: 50,
    idleTimeoutMs: 3_600_000,
    workingDirectory: '/tmp/claude-sessions',
  });
  expect(config.dataDirectory).toBe(join(homedir(), '.claude-webui'));
  expect(config.secrets).toEqual({ source: { kind: 'environment', values: {} }, pollMs: 30_000, users: 'file' });
});

test('every problem is told at once, each by the name of its variable', () => {
  const problems = problemsOf({
    NODE_ENV: 'production',
    PORT: '80000',
    MAX_SESSIONS: 'many',
    SESSION_TIMEOUT: '-1',
    SESSION_BACKEND: 'docker',
    CLAUDE_CODE_PATH: 'claude',
    PUBLIC_ORIGIN: 'https://a.example.org/path',
    ANTHROPIC_API_KEY: 'k',
    ANTHROPIC_AUTH_TOKEN: 't',
    WORKSPACE_PERSISTENCE: 'yes',
  });
  expect(problems.map((text) => text.split(' ')[0])).toEqual([
    'PORT',
    'PUBLIC_ORIGIN',
    'SESSION_BACKEND',
    'MAX_SESSIONS',
    'SESSION_TIMEOUT',
    'WORKSPACE_PERSISTENCE',
    'CLAUDE_CODE_PATH',
    'JWT_SECRET',
    'ANTHROPIC_API_KEY',
  ]);
  expect(problems).toContain('PORT must be a whole number from 0 to 65535.');
  expect(problems).toContain('SESSION_BACKEND must be one of process, kubernetes.');
});

test('sessions in pods need a namespace, a way back to the gateway and a key that pods believe', () => {
  const names = (env: NodeJS.ProcessEnv) => problemsOf(env).map((text) => text.split(' ')[0]);
  const cluster = { SESSION_BACKEND: 'kubernetes', NODE_ENV: 'production', JWT_SECRET: STRONG };
  expect(names(cluster)).toEqual(['SESSION_NAMESPACE', 'INTERNAL_URL', 'RUNNER_BIND_KEY', 'INTERNAL_HOST']);
  const complete = {
    ...cluster,
    SESSION_NAMESPACE: 'claude-sessions',
    INTERNAL_URL: 'http://gateway-internal.claude-webui.svc:3002/',
    INTERNAL_HOST: '0.0.0.0',
    RUNNER_BIND_KEY: 'a PEM',
  };
  expect(names(complete)).toEqual([]);
  expect(names({ ...complete, INTERNAL_URL: 'http://gateway/llm', SESSION_TEMPLATE: 'Default' })).toEqual([
    'SESSION_TEMPLATE',
    'INTERNAL_URL',
  ]);
  expect(names({ ...complete, RUNNER_BIND_KEY: '', RUNNER_BIND_KEY_FILE: '/run/key' })).toEqual([]);
  expect(problemsOf({ ...complete, RUNNER_BIND_KEY_FILE: '/run/key' })).toEqual([
    'RUNNER_BIND_KEY and RUNNER_BIND_KEY_FILE are both set. Unset one of them.',
  ]);
  const { sessions, modelProxy } = loadConfig({ ...complete, SESSION_MAX_LIFETIME: '600' });
  expect(sessions.backend).toEqual({
    kind: 'kubernetes',
    namespace: 'claude-sessions',
    template: 'default',
    maxLifetimeMs: 36_000_000,
    bindKeyFile: null,
  });
  expect(modelProxy).toMatchObject({ host: '0.0.0.0', url: 'http://gateway-internal.claude-webui.svc:3002' });
});

test.each([
  ['none', undefined, 'is not set'],
  ['a short one', 'abc', 'is shorter than 32 bytes'],
  ['a repeated one', 'abcdefghij'.repeat(4), 'repeats itself'],
  ['one of few letters', 'ab'.repeat(10) + 'ba'.repeat(10), 'repeats itself'],
  ['a placeholder', 'your-super-secret-jwt-key-change-in-production', 'is a placeholder'],
])('production refuses to start with %s for a JWT secret, and says what to do', (_name, secret, why) => {
  const [problem, ...others] = problemsOf({ NODE_ENV: 'production', JWT_SECRET: secret });
  expect(others).toEqual([]);
  expect(problem).toContain(`JWT_SECRET ${why}`);
  expect(problem).toContain('openssl rand');
});

test('production with a strong secret starts, on all addresses', () => {
  const config = loadConfig({ NODE_ENV: 'production', JWT_SECRET: STRONG });
  expect(config.http.host).toBe('0.0.0.0');
  const { source } = config.secrets;
  const kept = source.kind === 'environment' ? source.values.jwt : undefined;
  expect(Object.values((JSON.parse(kept ?? '') as { keys: object }).keys)).toEqual([STRONG]);
});

test('production refuses the password of an example for its administrator', () => {
  const production = { NODE_ENV: 'production', JWT_SECRET: STRONG };
  const [problem] = problemsOf({ ...production, CLAUDE_WEBUI_ADMIN_PASSWORD: 'change-me-please' });
  expect(problem).toContain('CLAUDE_WEBUI_ADMIN_PASSWORD is a placeholder');
  expect(problem).not.toContain('please');
  expect(problemsOf({ ...production, CLAUDE_WEBUI_ADMIN_PASSWORD: 'correct horse battery' })).toEqual([]);
  expect(problemsOf({ CLAUDE_WEBUI_ADMIN_PASSWORD: 'change-me-please' })).toEqual([]);
});

test('an empty variable counts as unset, an unknown one for nothing', () => {
  expect(loadConfig({ PORT: '', MAX_SESSIONS: ' ', SOMETHING_ELSE: 'x' })).toEqual(loadConfig({}));
});

test('units become what the code counts in', () => {
  const config = loadConfig({
    SESSION_TIMEOUT: '2',
    SESSION_DETACH_GRACE: '0',
    SIGN_IN_TTL: '1',
    ANTHROPIC_BASE_URL: 'http://x/',
  });
  expect(config.sessions.idleTimeoutMs).toBe(120_000);
  expect(config.sessions.detachGraceMs).toBe(0);
  expect(config.auth.signInSeconds).toBe(3600);
  expect(config.modelProxy.upstream).toBe('http://x');
});

test('an OpenID provider needs an id, roles and a way back, which PUBLIC_ORIGIN gives', () => {
  const issuer = { OIDC_ISSUER: 'https://id.example.org' };
  expect(problemsOf(issuer).map((text) => text.split(' ')[0])).toEqual([
    'OIDC_CLIENT_ID',
    'OIDC_ROLE_MAP',
    'OIDC_REDIRECT_URI',
  ]);
  const whole = { ...issuer, OIDC_CLIENT_ID: 'webui', OIDC_ROLE_MAP: '*=user' };
  const { oidc } = loadConfig({ ...whole, PUBLIC_ORIGIN: 'https://a.example.org,https://b.example.org' }).auth;
  expect(oidc).toMatchObject({
    redirectUri: 'https://a.example.org/auth/oidc/callback',
    roleMap: [{ group: '*', role: 'user' }],
    clientSecret: null,
  });
  expect(loadConfig({}).auth.oidc).toBeNull();
});

test.each([
  ['OIDC_ISSUER', 'http://id.example.org'],
  ['OIDC_ISSUER', 'http://localhost.example.org'],
  ['OIDC_REDIRECT_URI', 'https://terminal.example.org/elsewhere'],
  ['OIDC_REDIRECT_URI', 'http://terminal.example.org/auth/oidc/callback'],
  ['OIDC_ROLE_MAP', 'admins=root'],
  ['OIDC_SCOPES', 'profile'],
])('%s must not be %s', (name, value) => {
  expect(problemsOf({ [name]: value })[0]).toContain(`${name} must`);
});

test('passwords are not switched off where there is no other way in', () => {
  expect(problemsOf({ PASSWORD_SIGN_IN: 'false' })[0]).toContain('nobody could sign in');
});

test('audit lines go to a file on one machine and to stdout in production, unless AUDIT_LOG says otherwise', () => {
  const production = { NODE_ENV: 'production', JWT_SECRET: STRONG };
  const path = '/var/lib/webui/audit.jsonl';
  expect(loadConfig({ DATA_DIR: '/var/lib/webui' }).audit).toMatchObject({ kind: 'file', path });
  expect(loadConfig(production).audit).toEqual({ kind: 'stdout' });
  expect(loadConfig({ ...production, AUDIT_LOG: path, AUDIT_MAX_FILES: '3' }).audit).toEqual({
    kind: 'file',
    path,
    maxBytes: 50_000_000,
    maxFiles: 3,
  });
  expect(loadConfig({ AUDIT_LOG: 'off' }).audit).toEqual({ kind: 'off' });
});

test('docs/CONFIGURATION.md has every variable with its default and meaning', () => {
  const doc = readFileSync(join(__dirname, '../../../docs/CONFIGURATION.md'), 'utf8').replace(/ +/g, ' ');
  for (const [name, { default: preset, help }] of Object.entries(VARIABLES)) {
    expect(doc).toContain(`| \`${name}\` | ${preset === '' ? '–' : `\`${preset}\``} | ${help} |`);
  }
});

test('secrets that come from elsewhere are not in the environment too', () => {
  const production = { NODE_ENV: 'production', SECRETS_PROVIDER: 'files', SECRETS_DIR: '/run/secrets' };
  expect(loadConfig({ ...production, USER_STORE: 'secret' }).secrets).toEqual({
    source: { kind: 'files', directory: '/run/secrets' },
    pollMs: 30_000,
    users: 'secret',
  });
  const doubled = problemsOf({ ...production, JWT_SECRET: STRONG, ANTHROPIC_API_KEY: 'k', RUNNER_BIND_KEY: 'k' });
  expect(doubled.map((text) => text.split(' ')[0])).toEqual(['JWT_SECRET', 'ANTHROPIC_API_KEY', 'RUNNER_BIND_KEY']);
});

test('AWS needs a region, and the environment has no users', () => {
  expect(problemsOf({ SECRETS_PROVIDER: 'aws' })[0]).toContain('AWS_REGION is not set');
  expect(problemsOf({ USER_STORE: 'secret' })[0]).toContain('USER_STORE is secret, but');
  const aws = { SECRETS_PROVIDER: 'aws', AWS_REGION: 'eu-central-1', SECRETS_POLL_INTERVAL: '5' };
  expect(loadConfig(aws).secrets).toMatchObject({
    source: { kind: 'aws', region: 'eu-central-1', endpoint: null, prefix: 'claude-webui/' },
    pollMs: 5000,
  });
});

test.each([
  ['REDIS_URL', 'redis://:hunter2%zz@redis:6379'],
  ['REDIS_URL', 'redis://:hunter2@x@redis'],
  ['REDIS_URL', 'redis://:hunter2/x@redis'],
  ['REDIS_URL', 'redis://:hunter2@redis:99999'],
  ['REDIS_URL', 'redis://:hunter2@redis:port'],
  ['REDIS_URL', 'http://:hunter2@redis'],
  ['REDIS_URL', 'redis+sentinel://:hunter2%@a,b/name'],
  ['REDIS_URL', 'hunter2'],
  ['PUBLIC_ORIGIN', 'https://me:hunter2@terminal.example.org'],
  ['PUBLIC_ORIGIN', 'terminal.example.org/hunter2'],
  ['ANTHROPIC_BASE_URL', 'https://me:hunter2@api.example.org'],
  ['ANTHROPIC_BASE_URL', 'https://api.example.org/?key=hunter2'],
  ['ANTHROPIC_BASE_URL', 'https://%zz-hunter2'],
  ['INTERNAL_URL', 'http://me:hunter2@gateway:3002'],
  ['OIDC_ISSUER', 'https://me:hunter2@id.example.org'],
  ['OIDC_ISSUER', 'https://id.example.org/?hunter2'],
  ['OIDC_REDIRECT_URI', 'https://me:hunter2@a.example.org/auth/oidc/callback'],
  ['AWS_ENDPOINT_URL_SECRETS_MANAGER', 'https://me:hunter2@sm.example.org'],
])('a malformed %s is refused by name, with what it must be, and without what was given (%s)', (name, value) => {
  const problems = problemsOf({ [name]: value }).filter((text) => text.startsWith(`${name} must be `));
  expect(problems).toHaveLength(1);
  expect(problems.join()).not.toContain('hunter2');
});
