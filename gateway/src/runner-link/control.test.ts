/** Control links to runners that say what they like: they share their place with what people run there. */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import type { RunnerEvent } from '@claude-webui/protocol';
import type { WebSocket } from 'ws';
import { WebSocketServer } from 'ws';
import { readyRecord } from '../testing/session-record';
import { followRunner } from './control';

let runner: WebSocketServer;
const leaving = new AbortController();
beforeAll(async () => {
  runner = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  await once(runner, 'listening');
});
afterAll(async () => {
  leaving.abort();
  for (const link of runner.clients) link.terminate();
  await new Promise((resolve) => runner.close(resolve));
});

const REPORT = { type: 'report', report: { activity: 'idle', attachments: 1, lastActivityAt: 1 } };

async function followed(): Promise<{ link: WebSocket; heard: RunnerEvent[]; over: Promise<void> }> {
  const endpoint = `http://127.0.0.1:${(runner.address() as AddressInfo).port}`;
  const heard: RunnerEvent[] = [];
  const linked = once(runner, 'connection') as Promise<[WebSocket]>;
  const record = readyRecord(endpoint);
  const over = followRunner(record, (event) => heard.push(event), leaving.signal);
  const [link] = await linked;
  return { link, heard, over };
}

test.each([
  '',
  '{',
  'null',
  '[]',
  '{}',
  '{"__proto__":{"type":"ended"}}',
  '{"type":"report","report":{"activity":"idle","attachments":-1,"lastActivityAt":1}}',
  '['.repeat(60_000),
  JSON.stringify('x'.repeat(60_000)),
  randomBytes(4096),
])('what is nothing that a runner says costs the link, and no more: %.40s', async (text) => {
  const { link, heard, over } = await followed();
  const closed = once(link, 'close');
  link.send(text);
  expect((await closed)[0]).toBe(1008);
  await over;
  expect(heard).toEqual([]);
});

test('an event that is longer than any of a runner is not read, and costs the link', async () => {
  const { link, heard, over } = await followed();
  const closed = once(link, 'close');
  link.send(JSON.stringify({ ...REPORT, more: 'x'.repeat(64 * 1024) }));
  expect((await closed)[0]).toBe(1009);
  await over;
  expect(heard).toEqual([]);
});

test.each([
  ['is reset', (socket: Socket) => socket.resetAndDestroy()],
  ['has no frames in it', (socket: Socket) => socket.write(Buffer.alloc(64, 0xff))],
  ['has text in it that is no UTF-8', (socket: Socket) => socket.write(Buffer.of(0x81, 2, 0xc3, 0x28))],
])('a link that %s is over, and no error of whoever follows the session', async (_what, say) => {
  const { link, over } = await followed();
  // How it ends is not the runner's concern.
  link.on('error', () => undefined);
  say((link as unknown as { _socket: Socket })._socket);
  await over;
});

test('what only a later release says is passed over, and what it says after it is heard', async () => {
  const { link, heard, over } = await followed();
  for (const event of [
    { type: 'of-a-later-release', report: 1 },
    { ...REPORT, more: { a: 1 } },
    { type: 'measure', measure: { name: 'of-a-later-release' } },
  ])
    link.send(JSON.stringify(event));
  link.send(JSON.stringify({ type: 'ended', end: { reason: 'of-a-later-release', exitCode: null } }));
  await over;
  expect(heard).toEqual([REPORT, { type: 'ended', end: { reason: 'terminated', exitCode: null } }]);
});
