import type { User } from '../auth/users';
import type { Conforms, Document } from './testing/conformity';
import { conformity } from './testing/conformity';
import { runApp, PASSWORD, sessionRecord } from './testing/running-app';
import type { CallOptions, RunningApp } from './testing/running-app';

let app: RunningApp;
let alice: User;
let bob: User;
let admin: User;
let watcher: User;
let conforms: Conforms;

beforeAll(async () => {
  app = await runApp();
  alice = await app.users.add('alice', 'user', PASSWORD);
  bob = await app.users.add('bob', 'user', PASSWORD);
  admin = await app.users.add('root', 'admin', PASSWORD);
  watcher = await app.users.add('watcher', 'viewer', PASSWORD);
  conforms = conformity((await (await app.call('GET', '/api/v1/openapi.json')).json()) as Document);
});
afterAll(() => app.close());
beforeEach(() => (app.sessions.records = []));

/** Calls, holds the answer against the document, and gives status and body. */
async function check(method: string, template: string, path: string, options: CallOptions = {}) {
  const response = await app.call(method, path, options);
  const { status, headers } = response;
  const answer = { status, type: headers.get('content-type'), text: await response.text() };
  return { status, headers, body: conforms(method, template, answer) as Record<string, string> | null };
}

const LIST = '/api/v1/sessions';
const ONE = '/api/v1/sessions/{id}';
const SHARES = '/api/v1/sessions/{id}/shares';

test('the whole life of a session, as documented', async () => {
  const made = await check('POST', LIST, LIST, { as: alice, body: { name: 'Fix the build', workspace: 'site' } });
  expect(made.status).toBe(201);
  const at = made.headers.get('location')!;
  expect(at).toBe(`${LIST}/${made.body!['id']!}`);
  expect((await check('GET', ONE, at, { as: alice })).body).toEqual(made.body);
  const renamed = await check('PATCH', ONE, at, { as: alice, body: { name: 'Fixed' } });
  expect(renamed.body).toMatchObject({ name: 'Fixed' });
  expect((await check('DELETE', ONE, at, { as: alice })).status).toBe(204);
  const ended = await check('GET', ONE, at, { as: alice });
  expect(ended.body).toMatchObject({ state: 'ended', end: { reason: 'terminated' } });
});

test('a session starts without a wish, in a body or without one', async () => {
  expect((await check('POST', LIST, LIST, { as: alice, body: {} })).status).toBe(201);
  expect((await check('POST', LIST, LIST, { as: alice })).status).toBe(201);
});

test('without a provider nobody is led to one, and other methods are refused as elsewhere', async () => {
  for (const path of ['/auth/oidc/login', '/auth/oidc/callback']) {
    expect((await check('GET', path, path)).status).toBe(404);
    expect((await app.call('POST', path)).status).toBe(405);
  }
});

test('nothing that only gateways may know is shown', async () => {
  const { body } = await check('POST', LIST, LIST, { as: alice, body: {} });
  app.sessions.records[0]!.state = 'ready';
  const share = await check('POST', SHARES, `${LIST}/${body!['id']!}/shares`, {
    as: alice,
    body: { expiresInSeconds: 60 },
  });
  const list = await check('GET', LIST, LIST, { as: alice });
  const text = JSON.stringify([body, share.body, list.body]);
  for (const secret of ['attach-key', 'unix:', 'hash-never']) expect(text).not.toContain(secret);
});

test('people see their own sessions, administrators everybody’s if they ask', async () => {
  app.sessions.records = [sessionRecord(alice.id), sessionRecord(bob.id)];
  const seen = async (as: User, query: string) => {
    const { body } = await check('GET', LIST, `${LIST}${query}`, { as });
    return (body as unknown as { sessions: unknown[] }).sessions.length;
  };
  expect(await seen(alice, '')).toBe(1);
  expect(await seen(alice, '?all=true')).toBe(1);
  expect(await seen(admin, '')).toBe(0);
  expect(await seen(admin, '?all=true')).toBe(2);
});

test('somebody else’s session looks like one that does not exist', async () => {
  const record = sessionRecord(alice.id);
  app.sessions.records = [record];
  const attempts = [record.id, 'aaaaaaaa-0000-4000-8000-000000000000'].map((id) =>
    Promise.all([
      check('GET', ONE, `${LIST}/${id}`, { as: bob }),
      check('PATCH', ONE, `${LIST}/${id}`, { as: bob, body: { name: 'Mine' } }),
      check('DELETE', ONE, `${LIST}/${id}`, { as: bob }),
      check('GET', SHARES, `${LIST}/${id}/shares`, { as: bob }),
      check('GET', '/api/v1/sessions/{id}/files/{path}', `${LIST}/${id}/files/a`, { as: bob }),
    ]),
  );
  const [foreign, missing] = await Promise.all(attempts);
  const seen = (answers: typeof foreign) => answers!.map(({ status, body }) => ({ status, ...body, requestId: '' }));
  expect(seen(foreign)).toEqual(seen(missing));
  expect(foreign!.map(({ status }) => status)).toEqual([404, 404, 404, 404, 404]);
});

test('viewers start no sessions', async () => {
  const { status, body } = await check('POST', LIST, LIST, { as: watcher, body: {} });
  expect([status, body!['code']]).toEqual([403, 'forbidden']);
});

test.each([
  ['a name of nothing', { name: '  ' }],
  ['a name with a control character', { name: 'a\u001b[2Jb' }],
  ['a name with an invisible character', { name: 'a\u200bb' }],
  ['a name of a letter that is not shown', { name: '\u3164' }],
  ['a name of 65 characters', { name: 'x'.repeat(65) }],
  ['a workspace that climbs', { workspace: '../../etc' }],
  ['a workspace with a slash', { workspace: 'a/b' }],
  ['a size of nothing', { size: { cols: 0, rows: 24 } }],
  ['a size that is huge', { size: { cols: 1e6, rows: 24 } }],
  ['a size of text', { size: { cols: '80', rows: 24 } }],
  ['an unknown field', { owner: 'somebody' }],
  ['an unknown field further in', { size: { cols: 80, rows: 24, depth: 3 } }],
  ['a list', []],
])('%s is refused', async (_name, body) => {
  const answer = await check('POST', LIST, LIST, { as: alice, body });
  expect([answer.status, answer.body!['code']]).toEqual([400, 'validation-failed']);
  expect(app.sessions.records).toEqual([]);
});

test('names in any script are welcome', async () => {
  const name = 'Übung – 日本語 🚀';
  const { body } = await check('POST', LIST, LIST, { as: alice, body: { name } });
  expect(body!['name']).toBe(name);
});

test('a link is told once, with its secret where no server sees it, and can be taken back', async () => {
  app.sessions.records = [sessionRecord(alice.id, { state: 'ready' })];
  const shares = `${LIST}/${app.sessions.records[0]!.id}/shares`;
  const made = await check('POST', SHARES, shares, { as: alice, body: { expiresInSeconds: 3600 } });
  expect(made.status).toBe(201);
  const [page, secret = ''] = String(made.body!['url']).split('#');
  expect(page).toBe(`${app.url}/s`);
  expect(secret.length).toBeGreaterThan(40);
  const listed = await check('GET', SHARES, shares, { as: alice });
  expect(JSON.stringify(listed.body)).not.toContain(secret);
  const one = `${shares}/${made.body!['id']!}`;
  const template = `${SHARES}/{shareId}`;
  expect((await check('DELETE', template, one, { as: alice })).status).toBe(204);
  const again = await check('DELETE', template, one, { as: alice });
  expect([again.status, again.body!['code']]).toEqual([404, 'share-not-found']);
});

test('a link lives at most seven days', async () => {
  app.sessions.records = [sessionRecord(alice.id)];
  const shares = `${LIST}/${app.sessions.records[0]!.id}/shares`;
  const { status } = await check('POST', SHARES, shares, { as: alice, body: { expiresInSeconds: 7 * 86_400 + 1 } });
  expect(status).toBe(400);
});

test('the sign-in answers are as documented', async () => {
  const body = { username: 'alice', password: PASSWORD };
  expect((await check('POST', '/auth/login', '/auth/login', { body })).status).toBe(200);
  expect((await check('POST', '/auth/login', '/auth/login', { body: { ...body, password: 'x' } })).status).toBe(401);
  expect((await check('POST', '/auth/login', '/auth/login', { body: {} })).status).toBe(400);
  const { token } = app.tokens.issueRefresh(alice, app.tokens.startSignIn());
  const headers = { cookie: `claude_webui_refresh=${token}` };
  expect((await check('POST', '/auth/refresh', '/auth/refresh', { headers })).status).toBe(200);
  expect((await check('POST', '/auth/refresh', '/auth/refresh')).status).toBe(401);
  expect((await check('GET', '/auth/methods', '/auth/methods')).body).toEqual({ password: true, oidc: null });
  expect((await check('GET', '/auth/me', '/auth/me', { as: alice })).status).toBe(200);
  expect((await check('GET', '/auth/me', '/auth/me')).status).toBe(401);
  expect((await check('POST', '/auth/logout', '/auth/logout', { as: alice })).status).toBe(204);
  expect((await check('GET', '/health', '/health')).body).toEqual({ status: 'ok' });
  expect((await check('GET', '/ready', '/ready')).status).toBe(200);
});

test('the administration answers are as documented', async () => {
  const users = '/api/v1/admin/users';
  const body = { username: 'carol', role: 'user' };
  const added = await check('POST', users, users, { as: admin, body });
  expect(added.status).toBe(201);
  expect((await check('POST', users, users, { as: admin, body })).status).toBe(409);
  expect((await check('POST', users, users, { as: alice, body })).status).toBe(403);
  expect((await check('GET', users, users, { as: admin })).status).toBe(200);
  const { id } = (added.body as unknown as { user: User }).user;
  const one = `${users}/${id}`;
  expect((await check('PATCH', `${users}/{id}`, one, { as: admin, body: { disabled: true } })).status).toBe(200);
  expect((await check('PATCH', `${users}/{id}`, `${users}/x`, { as: admin, body: { disabled: true } })).status).toBe(
    404,
  );
  expect((await check('POST', `${users}/{id}/password`, `${one}/password`, { as: admin })).status).toBe(200);
  const notices = '/api/v1/admin/notices';
  expect((await check('POST', notices, notices, { as: admin, body: { text: 'Hello' } })).status).toBe(204);
  expect((await check('POST', notices, notices, { as: admin, body: { text: '' } })).status).toBe(400);
});
