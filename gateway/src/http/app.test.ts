import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { User } from '../auth/users';
import { PASSWORD, runApp, sessionRecord } from './testing/running-app';
import type { RunningApp } from './testing/running-app';

type Changes = Parameters<typeof runApp>[0];
const running: RunningApp[] = [];

async function start(changes: Changes = {}): Promise<{ app: RunningApp; alice: User }> {
  const app = await runApp(changes);
  running.push(app);
  return { app, alice: await app.users.add('alice', 'user', PASSWORD) };
}
afterEach(() => Promise.all(running.splice(0).map((app) => app.close())));

const problemOf = async (response: Response) => {
  expect(response.headers.get('content-type')).toContain('application/problem+json');
  const document = (await response.json()) as Record<string, unknown>;
  expect(document['requestId']).toBe(response.headers.get('x-request-id'));
  expect(document['status']).toBe(response.status);
  return document;
};

test('a page may do nothing but what the client needs', async () => {
  const { app } = await start();
  const { headers } = await app.call('GET', '/health');
  const policy = headers.get('content-security-policy')!.split(';');
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain("script-src 'self'");
  expect(policy).toContain("frame-ancestors 'none'");
  expect(headers.get('x-content-type-options')).toBe('nosniff');
  expect(headers.get('strict-transport-security')).toBeNull();
  expect(headers.get('x-powered-by')).toBeNull();
});

test('HTTPS is insisted on where it is used', async () => {
  const { app } = await start({ config: { trustedProxies: 1 } });
  const { headers } = await app.call('GET', '/health', { headers: { 'x-forwarded-proto': 'https' } });
  expect(headers.get('strict-transport-security')).toBe('max-age=31536000');
});

test('a sane request id is kept, another is replaced', async () => {
  const { app } = await start();
  const idFor = async (id: string) =>
    (await app.call('GET', '/health', { headers: { 'x-request-id': id } })).headers.get('x-request-id');
  expect(await idFor('abc-123')).toBe('abc-123');
  expect(await idFor('a b"c')).toMatch(/^[0-9a-f-]{36}$/);
});

test('what is not there, and what is not taken, is said as a problem', async () => {
  const { app } = await start();
  expect(await problemOf(await app.call('GET', '/nowhere'))).toMatchObject({ status: 404, code: 'not-found' });
  const refused = await app.call('PUT', '/api/v1/sessions');
  expect(refused.headers.get('allow')).toBe('GET, HEAD, POST');
  expect(await problemOf(refused)).toMatchObject({ status: 405, code: 'method-not-allowed' });
});

const NAVIGATION = { accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8' };

test.each(['/s/%E0%A4%A', '/%ff', '/administration/%ff', '//s/x', '/nowhere', '/assets/nothing.js'])(
  'a browser that opens %s gets a page that leads home',
  async (path) => {
    const { app } = await start();
    const response = await fetch(`${app.url}${path}`, { headers: NAVIGATION });
    expect([400, 404]).toContain(response.status);
    expect(response.headers.get('content-type')).toContain('text/html');
    const page = await response.text();
    expect(page).toContain('<a href="/">');
    const [, style = ''] = /rel="stylesheet" href="([^"]+)"/.exec(page) ?? [];
    expect(existsSync(join(__dirname, '../../../web/public', style))).toBe(true);
    expect(await problemOf(await fetch(`${app.url}${path}`))).toMatchObject({ status: response.status });
  },
);

test('an address of the API answers a browser with a problem as it answers everybody', async () => {
  const { app } = await start();
  expect(await problemOf(await app.call('GET', '/api/v1/nothing', { headers: NAVIGATION }))).toBeDefined();
});

test.each([
  ['not JSON', '{"name":', 'application/json', 400, 'validation-failed'],
  ['of another type', 'name=x', 'application/x-www-form-urlencoded', 415, 'unsupported-media-type'],
  ['of 65 KiB', JSON.stringify({ name: 'x'.repeat(65 * 1024) }), 'application/json', 413, 'payload-too-large'],
])('a body %s is refused', async (_name, body, type, status, code) => {
  const { app, alice } = await start();
  const headers = { 'content-type': type, authorization: `Bearer ${app.tokenFor(alice)}` };
  const response = await fetch(`${app.url}/api/v1/sessions`, { method: 'POST', headers, body });
  expect(await problemOf(response)).toMatchObject({ status, code });
});

test('a path that is no UTF-8 is a bad request, not a failure', async () => {
  const { app, alice } = await start();
  expect(await problemOf(await app.call('GET', '/api/v1/sessions/%ff', { as: alice }))).toMatchObject({ status: 400 });
});

test('an unforeseen error is logged and tells nothing', async () => {
  const { app, alice } = await start();
  app.sessions.list = () => Promise.reject(new Error('a database at 10.0.0.1 is down'));
  const document = await problemOf(await app.call('GET', '/api/v1/sessions', { as: alice }));
  expect(document).toMatchObject({ status: 500, code: 'internal' });
  expect(JSON.stringify(document)).not.toContain('database');
  const line = app.logged.find((text) => text.includes('database'));
  expect(line).toContain(String(document['requestId']));
});

test('foreign pages change nothing; listed ones may, and their browsers are told', async () => {
  const { app, alice } = await start({ config: { publicOrigins: ['https://ui.example'] } });
  const create = (origin: string) => app.call('POST', '/api/v1/sessions', { as: alice, body: {}, headers: { origin } });
  expect(await problemOf(await create('https://evil.example'))).toMatchObject({ status: 403, code: 'origin-refused' });
  expect((await create(app.url)).status).toBe(201);
  const listed = await create('https://ui.example');
  expect(listed.status).toBe(201);
  expect(listed.headers.get('access-control-allow-origin')).toBe('https://ui.example');
  const preflight = await app.call('OPTIONS', '/api/v1/sessions', { headers: { origin: 'https://ui.example' } });
  expect(preflight.status).toBe(204);
  expect(preflight.headers.get('access-control-allow-methods')).toContain('DELETE');
});

test('too many requests are told when to come back; health is not counted', async () => {
  const { app, alice } = await start({
    config: { rateLimit: { windowMs: 60_000, maxRequests: 3, maxRequestsPerAddress: 100 } },
  });
  const list = () => app.call('GET', '/api/v1/sessions', { as: alice });
  const first = await list();
  expect(first.headers.get('ratelimit-policy')).toBe('"default";q=3;w=60');
  expect(first.headers.get('ratelimit')).toMatch(/^"default";r=2;t=\d+$/);
  await list();
  await list();
  const refused = await list();
  expect(await problemOf(refused)).toMatchObject({ status: 429, code: 'too-many-requests' });
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
  expect((await app.call('GET', '/health')).status).toBe(200);
});

describe('behind a proxy', () => {
  const limits = { windowMs: 60_000, maxRequests: 3, maxRequestsPerAddress: 5 };
  const startBehind = () => start({ config: { trustedProxies: 1, rateLimit: limits } });
  const from = (address: string) => ({ 'x-forwarded-for': address });

  test('a person is held to the limit wherever they are', async () => {
    const { app, alice } = await startBehind();
    const list = (n: number) => app.call('GET', '/api/v1/sessions', { as: alice, headers: from(`192.0.2.${n}`) });
    for (const n of [1, 2, 3]) expect((await list(n)).status).toBe(200);
    expect((await list(4)).status).toBe(429);
  });

  test('an address is held to the limit whoever they are, at any port, and whichever of its IPv6 addresses it uses', async () => {
    const { app, alice } = await startBehind();
    const methods = (address: string, as?: typeof alice) =>
      app.call('GET', '/auth/methods', { ...(as === undefined ? {} : { as }), headers: from(address) });
    for (const n of [1, 2, 3]) expect((await methods(`192.0.2.1:${5000 + n}`)).status).toBe(200);
    expect((await methods('192.0.2.1')).status).toBe(429);
    expect((await methods('192.0.2.1', alice)).status).toBe(200);
    expect((await methods('192.0.2.1', alice)).status).toBe(429);
    expect((await methods('192.0.2.2')).status).toBe(200);
    for (const n of [1, 2, 3]) expect((await methods(`2001:db8::${n}`)).status).toBe(200);
    expect((await methods('2001:db8::4')).status).toBe(429);
    expect((await methods('2001:db8:0:1::4')).status).toBe(200);
  });
});

test('readiness says why not', async () => {
  const { app } = await start({ notReady: () => ['the server is stopping'] });
  const response = await app.call('GET', '/ready');
  expect(await problemOf(response)).toMatchObject({ status: 503, code: 'not-ready', detail: 'the server is stopping' });
  expect((await app.call('GET', '/health')).status).toBe(200);
});

test('metrics count requests by route pattern, method and status, and bytes both ways', async () => {
  const { app, alice } = await start();
  await app.call('GET', '/api/v1/sessions/one', { as: alice });
  await app.call('GET', '/wp-admin.php');
  const text = await (await app.call('GET', '/metrics')).text();
  expect(text).toContain('http_requests_total{route="/api/v1/sessions/:id",method="GET",status="404"} 1');
  expect(text).toContain('http_requests_total{route="other",method="GET",status="404"} 1');
  expect(text).toMatch(/app_http_bytes_total\{direction="in"\} [1-9]/);
  for (const family of [
    'nodejs_eventloop_utilization',
    'nodejs_eventloop_lag_seconds',
    'process_resident_memory_bytes',
  ]) {
    expect(text).toMatch(new RegExp(`^${family} `, 'm'));
  }
  expect(text).not.toContain('wp-admin');
});

test('a request is one line in the log, by its pattern, with who and what', async () => {
  const { app, alice } = await start();
  const record = sessionRecord(alice.id, { state: 'ready' });
  app.sessions.records = [record];
  const path = `/api/v1/sessions/${record.id}/files/secret?after=secret`;
  await app.call('GET', path, { as: alice, headers: { 'x-request-id': 'r1' } });
  const line = JSON.parse(app.logged.find((text) => text.includes('"r1"'))!) as object;
  expect(line).toMatchObject({
    level: 'info',
    service: 'gateway',
    requestId: 'r1',
    userId: alice.id,
    sessionId: record.id,
    route: '/api/v1/sessions/:id/files{/*path}',
    status: 502,
  });
  expect(app.logged.join('')).not.toContain('secret');
});

test.each([
  ['a session that there is not', 'GET', '/api/v1/sessions/00000000-0000-4000-8000-000000000001', true],
  ['nothing below a session', 'GET', '/api/v1/sessions/00000000-0000-4000-8000-000000000001/nothing', true],
  ['files of a session', 'GET', '/api/v1/sessions/00000000-0000-4000-8000-000000000001/files/', true],
  ['a link of a session', 'DELETE', '/api/v1/sessions/00000000-0000-4000-8000-000000000001/shares/1', true],
  ['a user', 'PATCH', '/api/v1/admin/users/00000000-0000-4000-8000-000000000001', false],
  ['a word that is no id', 'GET', '/api/v1/sessions/password123', false],
])('the line of a request for %s names a session if it is about one', async (_what, method, path, names) => {
  const { app, alice } = await start();
  await app.call(method, path, { as: alice, headers: { 'x-request-id': 'r2' } });
  const line = JSON.parse(app.logged.find((text) => text.includes('"r2"'))!) as { sessionId?: string };
  expect(line.sessionId).toBe(names ? '00000000-0000-4000-8000-000000000001' : undefined);
});

test.each(['a/../../../etc/passwd', '../model-call', '%2e%2E/model-call', './a'])(
  'the path %s does not reach the runner',
  async (path) => {
    const { app, alice } = await start({ askWorkspace: () => Promise.reject(new Error('it did')) });
    const record = sessionRecord(alice.id, { state: 'ready' });
    app.sessions.records = [record];
    // fetch would tidy the path up.
    const socket = connect(Number(new URL(app.url).port), '127.0.0.1');
    socket.write(
      `GET /api/v1/sessions/${record.id}/files/${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n` +
        `Authorization: Bearer ${app.tokenFor(alice)}\r\n\r\n`,
    );
    let answer = '';
    socket.on('data', (data) => (answer += data.toString()));
    await once(socket, 'close');
    expect(answer).toMatch(/^HTTP\/1\.1 400/);
  },
);

describe('the web client', () => {
  let webRoot: string;
  beforeEach(() => {
    webRoot = mkdtempSync(join(tmpdir(), 'web-root-'));
    mkdirSync(join(webRoot, 'assets'));
    writeFileSync(join(webRoot, 'index.html'), '<title>Client</title>');
    writeFileSync(join(webRoot, 'favicon.svg'), '<svg/>');
    writeFileSync(join(webRoot, 'assets/app-3f2a.js'), 'void 0');
  });
  afterEach(() => rmSync(webRoot, { recursive: true }));

  test('is asked for anew at each of its addresses, and its assets never again', async () => {
    const { app } = await start({ config: { webRoot } });
    for (const path of ['/', '/s', '/s/x', '/administration', '/administration/x']) {
      const page = await app.call('GET', path);
      expect([page.status, page.headers.get('cache-control'), await page.text()]).toEqual([
        200,
        'no-cache',
        '<title>Client</title>',
      ]);
    }
    const asset = await app.call('GET', '/assets/app-3f2a.js');
    expect(asset.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    expect((await app.call('GET', '/favicon.svg')).headers.get('cache-control')).toBe('no-cache');
    expect((await app.call('GET', '/assets/missing.js')).status).toBe(404);
  });

  test('is missed in words that say what to do', async () => {
    const { app } = await start({ config: { webRoot: join(webRoot, 'nowhere') } });
    const page = await app.call('GET', '/');
    expect(page.status).toBe(503);
    expect(await page.text()).toContain('npm run build');
  });
});
