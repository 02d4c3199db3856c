/** Whatever reaches a session's door, the session goes on. */
import { once } from 'node:events';
import { WebSocket } from 'ws';
import { ENDINGS, brokenFrames, garbage, head, sayAll, sayAndLeave } from '@claude-webui/testing/http/raw-peer';
import { RunningSession } from '../testing/running-session';

let session: RunningSession;
beforeAll(async () => {
  session = await RunningSession.shell('cat');
});
afterAll(() => session.end());

const PATHS = ['/healthz', '/attach?client=c', '/control', '/model-call', '/session', '/files/a', '/nowhere'];

async function echoes(): Promise<void> {
  const client = session.attach({ takeOver: '1' });
  await client.attached();
  const word = `word-${Math.random()}`;
  client.type(`${word}\r`);
  await client.shows(`${word}\r\n${word}`);
  await client.close();
}

const say = (words: string) => sayAndLeave({ path: session.socketPath }, words, 'only ends its side');

test.each(ENDINGS)('a stranger that says nonsense and %s', async (ending) => {
  await sayAll({ path: session.socketPath }, garbage(PATHS), ending);
  await echoes();
});

test.each(ENDINGS)('a gateway that has gone mad and %s', async (ending) => {
  for (const scope of ['drive', 'view', 'files', 'control'] as const) {
    const words = garbage(PATHS, `Authorization: Bearer ${session.token(scope)}`);
    await sayAll({ path: session.socketPath }, words, ending);
  }
  await echoes();
});

test.each(ENDINGS)('broken frames from one that %s', async (ending) => {
  const of = (target: string, scope: 'drive' | 'control') =>
    brokenFrames(target, `Authorization: Bearer ${session.token(scope)}`);
  const words = [...of('/attach?client=c', 'drive'), ...of('/control', 'control')];
  await sayAll({ path: session.socketPath }, words, ending);
  await echoes();
});

test.each(['//', 'http://', '*', '/%zz'])('a target that is none is a bad request: %s', async (target) => {
  const authorization = `Authorization: Bearer ${session.token('drive')}`;
  const upgrade = ['Connection: Upgrade', 'Upgrade: websocket'];
  expect(await say(head('GET', target))).toMatch(/^HTTP\/1.1 400 /);
  expect(await say(head('GET', target, authorization, ...upgrade))).toMatch(/^HTTP\/1.1 400 /);
});

test('no token, no body: the answer comes before a byte of it is read', async () => {
  for (const path of ['/model-call', '/files/a'])
    expect(await say(head('PUT', path, 'Content-Length: 1000'))).toMatch(/^HTTP\/1.1 401 [^]*connection: close/i);
});

test('a body beyond what one may have is refused unread', async () => {
  const authorization = `Authorization: Bearer ${session.token('control')}`;
  const chunks = `${head('PUT', '/model-call', authorization, 'Transfer-Encoding: chunked')}1000\r\n${'x'.repeat(4096)}\r\n`;
  for (const words of [head('PUT', '/model-call', authorization, 'Content-Length: 5000'), chunks])
    expect(await say(words)).toMatch(/^HTTP\/1.1 413 /);
});

test('a wish for another protocol than WebSocket is overlooked, and the request answered', async () => {
  const upgrade = ['Connection: keep-alive, Upgrade', 'Upgrade: h2c', 'HTTP2-Settings: AAMAAABkAAQAAP__'];
  expect(await say(head('GET', '/healthz', ...upgrade))).toMatch(/^HTTP\/1.1 200 [^]*ok$/);
  const mark = '{"ttlMs":1000}';
  const authorization = `Authorization: Bearer ${session.token('control')}`;
  const words = head('PUT', '/model-call', authorization, ...upgrade, `Content-Length: ${mark.length}`) + mark;
  expect(await say(words)).toMatch(/^HTTP\/1.1 204 /);
});

/** A gateway of its own that says this, and how its link ended; null while it has not. */
async function saysOnControl(text: string | Buffer): Promise<number | null> {
  const headers = { authorization: `Bearer ${session.token('control')}` };
  const link = new WebSocket(`ws+unix:${session.socketPath}:/control`, { headers });
  let code: number | null = null;
  link.on('close', (given) => (code = given)).on('error', () => undefined);
  await once(link, 'open');
  link.send(text);
  // The answer comes after what was said before it.
  link.ping();
  await Promise.race([once(link, 'pong'), once(link, 'close')]);
  link.terminate();
  return code;
}

test.each([
  '{"type":"of-a-later-release"}',
  '{"type":"of-a-later-release","reason":1,"more":{"__proto__":{}}}',
  `{"type":"${'x'.repeat(10_000)}"}`,
])('a command that only a later gateway knows is passed over: %.40s', async (text) => {
  expect(await saysOnControl(text)).toBeNull();
  await echoes();
});

test.each([
  '',
  '{',
  'null',
  '[]',
  '{}',
  '{"type":1}',
  '{"type":"end"}',
  '{"type":"end","reason":1}',
  '['.repeat(10_000),
])('what is no command costs the link: %.40s', async (text) => {
  expect(await saysOnControl(text)).toBe(1008);
  await echoes();
});

test('what its parent says is passed over once it runs', async () => {
  for (const message of [null, 1, 'x', {}, { type: 'of-a-later-release' }, { type: 'end', reason: 'x' }])
    session.process.send(message as object);
  await echoes();
});
