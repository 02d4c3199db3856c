import type { User } from '../auth/users';
import { PASSWORD, runApp } from './testing/running-app';
import type { RunningApp } from './testing/running-app';

let app: RunningApp;
let alice: User;

beforeEach(async () => {
  app = await runApp();
  alice = await app.users.add('alice', 'user', PASSWORD);
});
afterEach(() => app.close());

const login = (username: string, password: string) => app.call('POST', '/auth/login', { body: { username, password } });
const cookieOf = (response: Response) => response.headers.getSetCookie()[0] ?? '';
const codeOf = async (response: Response) => ((await response.json()) as { code: string }).code;

interface SignedIn {
  token: string;
  expiresAt: string;
  user: { id: string; username: string; role: string };
}

test('a right password gives a token, its expiry and the person', async () => {
  const response = await login('alice', PASSWORD);
  expect(response.status).toBe(200);
  const { token, expiresAt, user } = (await response.json()) as SignedIn;
  expect(user).toEqual({ id: alice.id, username: 'alice', role: 'user' });
  expect(Date.parse(expiresAt) / 1000).toBe(app.tokens.verifyAccess(token).who.claims.exp);
  expect(response.headers.get('cache-control')).toBe('no-store');
});

test('the refresh token is in a cookie that only /auth gets, no script reads and no other site sends', async () => {
  const cookie = cookieOf(await login('alice', PASSWORD));
  expect(cookie).toMatch(/^claude_webui_refresh=[\w.-]+; /);
  expect(cookie).toContain('; HttpOnly');
  expect(cookie).toContain('; SameSite=Strict');
  expect(cookie).toContain('; Path=/auth');
  expect(cookie).not.toContain('Secure');
});

test('over HTTPS the cookie is for HTTPS only', async () => {
  const behindProxy = await runApp({ config: { trustedProxies: 1 }, users: app.users });
  const response = await behindProxy.call('POST', '/auth/login', {
    body: { username: 'alice', password: PASSWORD },
    headers: { 'x-forwarded-proto': 'https' },
  });
  expect(cookieOf(response)).toContain('; Secure');
  await behindProxy.close();
});

test('a wrong password and an unknown name are refused with the same words', async () => {
  const [wrong, unknown] = await Promise.all([login('alice', 'wrong'), login('mallory', 'wrong')]);
  expect([wrong.status, unknown.status]).toEqual([401, 401]);
  const [one, other] = [await wrong.json(), await unknown.json()] as Record<string, string>[];
  expect({ ...one, requestId: '' }).toEqual({ ...other, requestId: '' });
});

/** The waits are seconds long, and a slow machine takes longer for a few passwords: no time passes. */
function stopClock(): void {
  jest.spyOn(Date, 'now').mockReturnValue(Date.now());
}
afterEach(() => jest.restoreAllMocks());

test('after some failures signing in has to wait, known or unknown alike', async () => {
  stopClock();
  for (const name of ['alice', 'mallory']) {
    const statuses = [];
    for (let attempt = 0; attempt < 6; attempt += 1) statuses.push((await login(name, 'wrong')).status);
    expect(statuses).toEqual([401, 401, 401, 401, 401, 429]);
  }
  expect((await login('alice', PASSWORD)).status).toBe(429);
});

test('of 20 sign-ins at once most are told when to come back', async () => {
  stopClock();
  const responses = await Promise.all(Array.from({ length: 20 }, () => login('alice', 'wrong')));
  const refused = responses.filter(({ status }) => status === 429);
  expect(refused).toHaveLength(15);
  for (const response of refused) expect(Number(response.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
  expect(await codeOf(refused[0]!)).toBe('too-many-logins');
});

test('the cookie gives a fresh token without a password', async () => {
  const cookie = cookieOf(await login('alice', PASSWORD)).split(';')[0]!;
  const response = await app.call('POST', '/auth/refresh', { headers: { cookie } });
  expect(response.status).toBe(200);
  const { token } = (await response.json()) as SignedIn;
  const me = await app.call('GET', '/auth/me', { headers: { authorization: `Bearer ${token}` } });
  expect(((await me.json()) as SignedIn).user.username).toBe('alice');
});

test('an access token does not renew itself, and a refresh token is no access token', async () => {
  expect((await app.call('POST', '/auth/refresh', { as: alice })).status).toBe(401);
  const { token } = app.tokens.issueRefresh(alice, app.tokens.startSignIn());
  const response = await app.call('GET', '/auth/me', { headers: { authorization: `Bearer ${token}` } });
  expect(response.status).toBe(401);
});

test('signing out ends the token, the cookie and the sign-in at once', async () => {
  const signedIn = await login('alice', PASSWORD);
  const { token } = (await signedIn.json()) as SignedIn;
  const cookie = cookieOf(signedIn).split(';')[0]!;
  const revoked: string[] = [];
  app.revocations.subscribe((id) => revoked.push(id));
  const headers = { authorization: `Bearer ${token}` };
  const { sid } = app.tokens.verifyAccess(token).who.claims;

  const out = await app.call('POST', '/auth/logout', { headers });
  expect(out.status).toBe(204);
  expect(cookieOf(out)).toMatch(/^claude_webui_refresh=;.*Expires=Thu, 01 Jan 1970/);
  expect(revoked).toEqual([sid]);
  expect(await codeOf(await app.call('GET', '/auth/me', { headers }))).toBe('signed-out');
  expect(await codeOf(await app.call('POST', '/auth/refresh', { headers: { cookie } }))).toBe('signed-out');
  expect((await app.call('POST', '/auth/logout', { headers })).status).toBe(204);
});

test('a changed password works, the old one does not, and sign-ins from before are over', async () => {
  const before = app.tokens.issueRefresh(alice, { id: 'before', at: Math.floor(Date.now() / 1000) - 10 }).token;
  const changed = await app.call('POST', '/auth/password', {
    as: alice,
    body: { current: PASSWORD, new: 'another long one' },
  });
  expect(changed.status).toBe(200);
  expect((await login('alice', PASSWORD)).status).toBe(401);
  expect((await login('alice', 'another long one')).status).toBe(200);
  const old = await app.call('POST', '/auth/refresh', { headers: { cookie: `claude_webui_refresh=${before}` } });
  expect(await codeOf(old)).toBe('signed-out');
  const own = cookieOf(changed).split(';')[0]!;
  expect((await app.call('POST', '/auth/refresh', { headers: { cookie: own } })).status).toBe(200);
});

test('a password is changed only by who knows it, and not to a short one', async () => {
  const wrong = await app.call('POST', '/auth/password', {
    as: alice,
    body: { current: 'wrong', new: 'another long one' },
  });
  expect(await codeOf(wrong)).toBe('login-failed');
  const short = await app.call('POST', '/auth/password', { as: alice, body: { current: PASSWORD, new: 'short' } });
  expect(await codeOf(short)).toBe('validation-failed');
});

test('fields that nobody asked for are refused', async () => {
  const response = await app.call('POST', '/auth/login', {
    body: { username: 'alice', password: PASSWORD, role: 'admin' },
  });
  expect(response.status).toBe(400);
  expect(((await response.json()) as { detail: string }).detail).toContain('role');
});

test('neither passwords nor tokens reach the log', async () => {
  const { token } = (await (await login('alice', PASSWORD)).json()) as SignedIn;
  await app.call('GET', `/auth/me?token=${token}`, { headers: { authorization: `Bearer ${token}` } });
  const log = app.logged.join('');
  expect(log).toContain('/auth/me');
  expect(log).not.toContain(PASSWORD);
  expect(log).not.toContain(token);
});
