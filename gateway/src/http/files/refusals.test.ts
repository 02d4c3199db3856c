/** Who gets no further than the gateway, and what it does not believe a runner. */
import { once } from 'node:events';
import type { Server, ServerResponse } from 'node:http';
import { connect } from 'node:net';
import type { User } from '../../auth/users';
import { askWorkspace } from '../../runner-link/workspace';
import type { SessionRecord } from '../../sessions/directory';
import { listen } from '../../testing/http';
import type { RunningApp } from '../testing/running-app';
import { PASSWORD, runApp, sessionRecord } from '../testing/running-app';

let app: RunningApp;
let alice: User;
let watcher: User;
let runner: { url: string; server: Server; close(): Promise<void> };
let answer: (response: ServerResponse) => void;
let asked: string[];
beforeEach(async () => {
  asked = [];
  answer = (response) => void response.writeHead(500).end();
  runner = await listen((request, response) => {
    asked.push(`${String(request.method)} ${String(request.url)}`);
    request.resume();
    answer(response);
  });
  app = await runApp({ askWorkspace });
  alice = await app.users.add('alice', 'user', PASSWORD);
  watcher = await app.users.add('watcher', 'viewer', PASSWORD);
});
afterEach(async () => {
  await app.close();
  await runner.close();
});

function session(changes: Partial<SessionRecord> = {}): string {
  const record = sessionRecord(alice.id, { state: 'ready', endpoint: runner.url, ...changes });
  app.sessions.records = [record];
  return `/api/v1/sessions/${record.id}`;
}

async function refusal(method: string, path: string, options: Parameters<RunningApp['call']>[2] = { as: alice }) {
  const response = await app.call(method, path, options);
  return [response.status, ((await response.json()) as { code: string }).code];
}

test('a download on its way ends when its person is disabled, and not with the time of the token', async () => {
  const at = session();
  answer = (response) => {
    response.writeHead(200, { 'content-type': 'application/octet-stream' });
    response.write('the first part');
  };
  const whole = await app.call('GET', `${at}/files/large.bin`, { as: alice });
  const reader = whole.body!.getReader();
  await reader.read();
  await app.users.setDisabled(alice.id, true);
  const since = performance.now();
  await expect(reader.read()).rejects.toThrow();
  expect(performance.now() - since).toBeLessThan(5000);
});

test('a path goes to the runner as it was sent', async () => {
  const at = session();
  await app.call('GET', `${at}/files/src/a%20b%2Fc.txt`, { as: alice });
  await app.call('PUT', `${at}/files/data.json`, { as: alice, body: { not: 'parsed' } });
  await app.call('GET', `${at}/files/?limit=5&after=%26`, { as: alice });
  expect(asked).toEqual([
    'GET /workspace/files/src/a%20b%2Fc.txt',
    'PUT /workspace/files/data.json',
    'GET /workspace/files/?limit=5&after=%26',
  ]);
});

test.each([
  ['that is over', { state: 'ended' as const, endpoint: null }, [410, 'session-over']],
  ['that is starting', { state: 'starting' as const, endpoint: null }, [409, 'session-starting']],
  [
    'that is suspended',
    { state: 'starting' as const, endpoint: null, progress: { code: 'suspended' as const } },
    [409, 'session-suspended'],
  ],
  ['that cannot be reached', { endpoint: 'http://127.0.0.1:1' }, [502, 'runner-unreachable']],
])('of a session %s it is said so', async (_what, changes, expected) => {
  const at = session(changes);
  expect(await refusal('GET', `${at}/files/x`)).toEqual(expected);
  expect(await refusal('PUT', `${at}/files/x`, { as: alice, body: {} })).toEqual(expected);
  expect(await refusal('POST', `${at}/moves`, { as: alice, body: { from: 'a', to: 'b' } })).toEqual(expected);
});

test('viewers may read files, and change nothing', async () => {
  const at = session({ owner: watcher.id });
  const body = { path: 'x', size: 1 };
  for (const [method, path, json] of [
    ['PUT', '/files/x', {}],
    ['DELETE', '/files/x', undefined],
    ['POST', '/folders', { path: 'x' }],
    ['POST', '/moves', { from: 'a', to: 'b' }],
    ['POST', '/uploads', body],
    ['PATCH', '/uploads/6fa459ea-ee8a-4ca4-894e-db77e160355e', {}],
    ['DELETE', '/uploads/6fa459ea-ee8a-4ca4-894e-db77e160355e', undefined],
  ] as const)
    expect(await refusal(method, at + path, { as: watcher, ...(json === undefined ? {} : { body: json }) })).toEqual([
      403,
      'forbidden',
    ]);
  expect(asked).toEqual([]);
  answer = (response) => void response.writeHead(200, { 'content-type': 'application/octet-stream' }).end('content');
  expect(await (await app.call('GET', `${at}/files/x`, { as: watcher })).text()).toBe('content');
});

test('nobody else’s files are reached', async () => {
  const at = session();
  expect(await refusal('GET', `${at}/files/x`, { as: watcher })).toEqual([404, 'session-not-found']);
  expect(await refusal('GET', `${at}/files/x`, {})).toEqual([401, 'unauthorized']);
  expect(asked).toEqual([]);
});

test('what a runner sends is never a page of ours', async () => {
  const at = session();
  answer = (response) =>
    void response
      .writeHead(200, { 'content-type': 'text/html', 'content-disposition': 'inline', 'set-cookie': 'a=b' })
      .end('<script>alert(1)</script>');
  const { headers } = await app.call('GET', `${at}/files/x`, { as: alice });
  expect(headers.get('content-type')).toBe('application/octet-stream');
  expect(headers.get('content-disposition')).toBe('attachment');
  expect(headers.get('content-security-policy')).toBe("default-src 'none'; sandbox");
  expect(headers.get('x-content-type-options')).toBe('nosniff');
  expect(headers.get('set-cookie')).toBeNull();
});

test.each([
  ['a listing that is none', 200, '{"entries":"many"}'],
  ['a listing without an end', 200, `{"entries":[${'"x",'.repeat(1_000_000)}`],
  ['no JSON', 200, 'yes'],
  ['a refusal that there is not', 418, '{"code":"teapot"}'],
  ['a refusal with another status', 404, '{"code":"no-space"}'],
  ['a refusal of somebody else', 404, '{"code":"session-not-found"}'],
  ['a refusal without words', 500, ''],
  ['a refusal without an end', 404, `{"code":"file-not-found","detail":"${'x'.repeat(1_000_000)}"}`],
])('a runner that answers with %s is not believed', async (_what, status, body) => {
  const at = session();
  answer = (response) => void response.writeHead(status, { 'content-type': 'application/json' }).end(body);
  expect(await refusal('GET', `${at}/files/`)).toEqual([502, 'runner-unreachable']);
});

test('what a runner says of a refusal is told, and not for ever', async () => {
  const at = session();
  answer = (response) =>
    void response.writeHead(507).end(JSON.stringify({ code: 'no-space', detail: 'x'.repeat(2000) }));
  const response = await app.call('PUT', `${at}/files/x`, { as: alice, body: {} });
  const problem = (await response.json()) as { code: string; title: string; detail: string };
  expect([response.status, problem.code, problem.detail.length]).toEqual([507, 'no-space', 300]);
  expect(problem.title).toContain('not enough room');
});

test('who is refused in the middle of a body sees why, also on a connection that is to be closed', async () => {
  const socket = connect(Number(new URL(app.url).port), '127.0.0.1');
  const errors: Error[] = [];
  socket.on('error', (error) => errors.push(error));
  socket.write(
    `PUT ${session()}/files/x HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 300000\r\n\r\n`,
  );
  const [first] = (await once(socket, 'data')) as [Buffer];
  expect(first.toString()).toMatch(/^HTTP\/1\.1 401/);
  for (let n = 0; n < 3; n += 1) {
    socket.write(Buffer.alloc(100_000));
    await app.call('GET', '/health');
  }
  await once(socket, 'end');
  expect(errors).toEqual([]);
});
