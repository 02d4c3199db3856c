import { misspeltVariables } from './misspelt';

const KNOWN = ['PORT', 'HOST', 'MAX_SESSIONS', 'REDIS_URL', 'TRUST_PROXY', 'SESSION_TIMEOUT', 'OIDC_ISSUER'];
const sentences = (...given: string[]) => misspeltVariables(given, KNOWN, ['OIDC_', 'SESSION_']);

test.each([
  ['REDIS_ULR', 'REDIS_URL'],
  ['REDISURL', 'REDIS_URL'],
  ['redis_url', 'REDIS_URL'],
  ['MAX_SESSION', 'MAX_SESSIONS'],
  ['SESSIONS_MAX', 'MAX_SESSIONS'],
  ['SESSION_TIMOUT', 'SESSION_TIMEOUT'],
  ['TRUST_PROXYS', 'TRUST_PROXY'],
  ['PROT', 'PORT'],
  ['OIDC_ISUSER', 'OIDC_ISSUER'],
])('%s is named, and that %s may be meant', (given, meant) => {
  expect(sentences(given)).toEqual([`${given} is not a variable of this server. Did you mean ${meant}?`]);
});

test('a name with a prefix of the product is named, even if it is like no other', () => {
  expect(sentences('OIDC_AUDIENCE')).toEqual([
    'OIDC_AUDIENCE is not a variable of this server and has no effect. Unset it.',
  ]);
});

test.each([
  ...['PATH', 'HOME', 'USER', 'PWD', 'TERM', 'LANG', 'TZ', 'SHLVL', 'HOSTNAME', 'HTTP_PROXY', 'NO_PROXY', '_', ''],
  ...['SESSION_GATEWAY_SERVICE_HOST', 'OIDC_SERVICE_PORT_HTTP', 'OIDC_PORT', 'OIDC_PORT_80_TCP_ADDR', 'REDIS_PORT'],
])('%s is somebody else’s, or none', (given) => {
  expect(sentences(given)).toEqual([]);
});

test('variables that are known are not spoken of', () => {
  expect(sentences(...KNOWN)).toEqual([]);
});

test('control characters of a name do not reach the terminal', () => {
  expect(sentences('OIDC_\u001b[2J\n')[0]).toMatch(/^OIDC_\?\?2J\? is not /);
});
