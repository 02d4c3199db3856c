import { testUnless } from '@claude-webui/testing/unless';
import type { ProviderProcess } from '@claude-webui/testing/processes/openid-provider';
import { startProvider } from '@claude-webui/testing/processes/openid-provider';
import { RedisProcess, noRedis } from '@claude-webui/testing/processes/redis-process';
import { OidcProvider } from '../auth/oidc/provider';
import { SharedLoginLimit } from '../auth/login-limit';
import { createLogger } from '../log';
import { connectRedis } from '../redis/shared-redis';
import { CookieBrowser } from './testing/cookie-browser';
import { PASSWORD, runApp } from './testing/running-app';
import type { RunningApp } from './testing/running-app';

const HERE = 'http://terminal.test';
const REDIRECT_URI = `${HERE}/auth/oidc/callback`;

let provider: ProviderProcess;
let app: RunningApp;
beforeAll(async () => {
  provider = await startProvider(REDIRECT_URI);
});
beforeEach(async () => {
  app = await runApp({ oidc: providerAt(provider.issuer) });
});
afterEach(() => {
  jest.restoreAllMocks();
  return app.close();
});
afterAll(() => provider.close());

const providerAt = (issuer: string, now = Date.now) =>
  new OidcProvider(
    {
      name: 'Example',
      issuer,
      clientId: 'webui',
      clientSecret: 'the-client-secret',
      scopes: 'openid profile',
      usernameClaim: 'preferred_username',
      groupsClaim: 'groups',
      roleMap: [
        { group: 'admins', role: 'admin' },
        { group: 'developers', role: 'user' },
      ],
      redirectUri: REDIRECT_URI,
    },
    now,
  );

function browserOf(account: string | null, { url } = app): CookieBrowser {
  const browser = new CookieBrowser({ [HERE]: url });
  if (account !== null) browser.cookies.push({ origin: provider.issuer, name: 'account', value: account, path: '/' });
  return browser;
}

const isPage = ({ origin, pathname }: URL) => origin === HERE && pathname === '/';
const isCallback = ({ href }: URL) => href.startsWith(REDIRECT_URI);
const begin = (browser: CookieBrowser, stop = isCallback) => browser.follow(`${HERE}/auth/oidc/login`, stop);
const wholeWay = (browser: CookieBrowser) => begin(browser, isPage);

interface SignedIn {
  token: string;
  user: { id: string; username: string; role: string };
}

async function refresh(browser: CookieBrowser): Promise<SignedIn> {
  const response = await browser.open(`${HERE}/auth/refresh`, { method: 'POST' });
  expect(response.status).toBe(200);
  return (await response.json()) as SignedIn;
}

test.each([
  ['ada', { username: 'Ada', role: 'admin' }],
  ['dev', { username: 'Dev', role: 'user' }],
])('%s comes back signed in, with the role of the highest group', async (account, expected) => {
  const browser = browserOf(account);
  expect((await wholeWay(browser)).href).toBe(`${HERE}/`);
  const { token, user } = await refresh(browser);
  expect(user).toMatchObject(expected);
  const me = await app.call('GET', '/auth/me', { headers: { authorization: `Bearer ${token}` } });
  expect(me.status).toBe(200);
});

test('a person keeps their id from one sign-in to the next, and nothing of the flow stays in the browser', async () => {
  const [first, second] = [browserOf('dev'), browserOf('dev')];
  await wholeWay(first);
  await wholeWay(second);
  expect((await refresh(first)).user.id).toBe((await refresh(second)).user.id);
  const kept = first.cookies.filter(({ origin }) => origin === HERE);
  expect(kept.map(({ name, path }) => `${name} ${path}`).sort()).toEqual([
    'claude_webui_id_token /auth',
    'claude_webui_refresh /auth',
  ]);
});

test('the cookie of a sign-in under way is for the provider’s answer only, and no script reads it', async () => {
  const response = await browserOf(null).open(`${HERE}/auth/oidc/login`);
  const [cookie = ''] = response.headers.getSetCookie();
  expect(cookie).toMatch(/^claude_webui_oidc=/);
  for (const attribute of ['HttpOnly', 'SameSite=Lax', 'Path=/auth/oidc', 'Max-Age=600'])
    expect(cookie).toContain(`; ${attribute}`);
  const { searchParams } = new URL(response.headers.get('location')!);
  expect(searchParams.get('code_challenge_method')).toBe('S256');
  expect(response.headers.get('cache-control')).toBe('no-store');
});

test('who is in no group with a role is told so, and is not signed in', async () => {
  const browser = browserOf('nobody');
  expect((await wholeWay(browser)).search).toBe('?error=no-role');
  expect((await browser.open(`${HERE}/auth/refresh`, { method: 'POST' })).status).toBe(401);
});

test('who declines at the provider is told so', async () => {
  expect((await wholeWay(browserOf(null))).search).toBe('?error=provider-refused');
});

test('an answer with another state is refused', async () => {
  const browser = browserOf('dev');
  const answer = await begin(browser);
  answer.searchParams.set('state', 'another');
  expect((await browser.follow(answer, isPage)).search).toBe('?error=sign-in-interrupted');
});

test('an answer for another nonce is refused', async () => {
  const browser = browserOf('dev');
  const question = await begin(browser, ({ origin }) => origin === provider.issuer);
  question.searchParams.set('nonce', 'another');
  expect((await browser.follow(question, isPage)).search).toBe('?error=sign-in-interrupted');
});

test('an answer that another browser began is refused', async () => {
  const answer = await begin(browserOf('ada'));
  const victim = browserOf(null);
  await victim.open(`${HERE}/auth/oidc/login`);
  expect((await victim.follow(answer, isPage)).search).toBe('?error=sign-in-interrupted');
});

test('an answer is taken once, even from who has kept the cookie', async () => {
  const browser = browserOf('dev');
  const answer = await begin(browser);
  const before = [...browser.cookies];
  expect((await browser.follow(answer, isPage)).search).toBe('');
  expect((await browser.follow(answer, isPage)).search).toBe('?error=sign-in-interrupted');
  browser.cookies = before;
  expect((await browser.follow(answer, isPage)).search).toBe('?error=sign-in-interrupted');
});

test('an answer after more than ten minutes is refused', async () => {
  const browser = browserOf('dev');
  const answer = await begin(browser);
  const later = Date.now() + 601_000;
  jest.spyOn(Date, 'now').mockReturnValue(later);
  expect((await browser.follow(answer, isPage)).search).toBe('?error=sign-in-interrupted');
});

test.each([
  [30, 'taken', ''],
  [120, 'refused', '?error=provider-refused'],
])('an ID token that has expired %d seconds ago by our clock is %s', async (seconds, _outcome, search) => {
  const ID_TOKEN_MS = 3600_000;
  const patient = await runApp({ oidc: providerAt(provider.issuer, () => Date.now() + ID_TOKEN_MS) });
  const browser = browserOf('dev', patient);
  const answer = await begin(browser);
  const ours = Date.now() + ID_TOKEN_MS + seconds * 1000;
  jest.spyOn(Date, 'now').mockReturnValue(ours);
  expect((await browser.follow(answer, isPage)).search).toBe(search);
  await patient.close();
});

test('nothing in a request chooses where the browser is led', async () => {
  const browser = browserOf('dev');
  const answer = await begin(browser);
  for (const name of ['return', 'redirect', 'next', 'url', 'redirect_uri'])
    answer.searchParams.set(name, 'https://evil.example');
  const response = await browser.open(answer, { headers: { 'x-forwarded-host': 'evil.example' } });
  expect([response.status, response.headers.get('location')]).toEqual([303, '/']);
});

test('with the provider away, people read why, programs get 503, and passwords go on', async () => {
  const gone = await startProvider(REDIRECT_URI);
  await gone.close();
  const lonely = await runApp({ oidc: providerAt(gone.issuer) });
  await lonely.users.add('alice', 'user', PASSWORD);
  const browser = new CookieBrowser({ [HERE]: lonely.url });
  expect((await wholeWay(browser)).search).toBe('?error=provider-unreachable');
  const response = await lonely.call('GET', '/auth/oidc/login');
  expect(response.status).toBe(503);
  expect(await response.json()).toMatchObject({ code: 'provider-unreachable' });
  expect(lonely.logged.join('')).toContain('ECONNREFUSED');
  const body = { username: 'alice', password: PASSWORD };
  expect((await lonely.call('POST', '/auth/login', { body })).status).toBe(200);
  await lonely.close();
});

test('signing out ends the sign-in here, and leads to its end at the provider', async () => {
  const browser = browserOf('dev');
  await wholeWay(browser);
  const { token } = await refresh(browser);
  const out = await browser.open(`${HERE}/auth/logout`, { method: 'POST' });
  const { endSessionUrl } = (await out.json()) as { endSessionUrl: string };
  const me = await app.call('GET', '/auth/me', { headers: { authorization: `Bearer ${token}` } });
  expect(me.status).toBe(401);
  expect(browser.cookies.filter(({ origin }) => origin === HERE)).toEqual([]);

  const confirmation = await (await browser.open(endSessionUrl)).text();
  const xsrf = /name="xsrf" value="(\w+)"/.exec(confirmation)![1]!;
  const ended = await browser.open(`${provider.issuer}/session/end/confirm`, {
    method: 'POST',
    body: new URLSearchParams({ xsrf, logout: 'yes' }),
  });
  expect(ended.headers.get('location')).toBe(`${HERE}/`);
  browser.cookies = browser.cookies.filter(({ name }) => name !== 'account');
  expect((await wholeWay(browser)).search).toBe('?error=provider-refused');
});

test('a sign-in of the provider’s is renewed only while there is a provider', async () => {
  const browser = browserOf('dev');
  await wholeWay(browser);
  const without = await runApp();
  const later = new CookieBrowser({ [HERE]: without.url });
  later.cookies = browser.cookies;
  expect((await later.open(`${HERE}/auth/refresh`, { method: 'POST' })).status).toBe(401);
  await without.close();
});

test('the password of a namesake here is nothing that a provider’s person could change', async () => {
  await app.users.add('Dev', 'user', PASSWORD);
  const browser = browserOf('dev');
  await wholeWay(browser);
  const { token } = await refresh(browser);
  const headers = { authorization: `Bearer ${token}` };
  const body = { current: PASSWORD, new: 'another long password' };
  const response = await app.call('POST', '/auth/password', { headers, body });
  expect(response.status).toBe(403);
  expect(await response.json()).toMatchObject({ code: 'password-elsewhere' });
});

test('the page learns how people sign in, and passwords can be switched off', async () => {
  const only = await runApp({ oidc: providerAt(provider.issuer), passwordSignIn: false });
  const alice = await only.users.add('alice', 'user', PASSWORD);
  expect(await (await app.call('GET', '/auth/methods')).json()).toEqual({ password: true, oidc: { name: 'Example' } });
  expect(await (await only.call('GET', '/auth/methods')).json()).toEqual({
    password: false,
    oidc: { name: 'Example' },
  });
  const login = await only.call('POST', '/auth/login', { body: { username: 'alice', password: PASSWORD } });
  expect(login.status).toBe(403);
  expect(await login.json()).toMatchObject({ code: 'password-sign-in-off' });
  const { token } = only.tokens.issueRefresh(alice, only.tokens.startSignIn());
  const headers = { cookie: `claude_webui_refresh=${token}` };
  expect((await only.call('POST', '/auth/refresh', { headers })).status).toBe(401);
  await only.close();
});

test('neither codes nor tokens reach the log', async () => {
  const browser = browserOf('dev');
  const answer = await begin(browser);
  await browser.follow(answer, isPage);
  await browser.follow(answer, isPage);
  const secrets = [answer.searchParams.get('code')!, ...browser.cookies.map(({ value }) => value)];
  for (const secret of secrets.filter((text) => text.length > 8)) expect(app.logged.join('')).not.toContain(secret);
});

testUnless(noRedis, 'while Redis is away nobody signs in at the provider either', async () => {
  const redis = await RedisProcess.start();
  const shared = await connectRedis(redis.url, '{test}:', createLogger('silent'));
  const loginLimit = new SharedLoginLimit(shared.commands);
  const counting = await runApp({ oidc: providerAt(provider.issuer), loginLimit });
  const ask = () => counting.call('GET', '/auth/oidc/login', { headers: { accept: 'application/json' } });
  const answer = await fetch(`${counting.url}/auth/oidc/login`, { redirect: 'manual' });
  expect(answer.status).toBe(302);
  await redis.kill();
  const refused = await ask();
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '2']);
  expect(await refused.json()).toMatchObject({ code: 'not-ready' });
  shared.close();
  await counting.close();
});
