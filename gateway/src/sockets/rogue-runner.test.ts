/** Session-runners that break the protocol: they share their place with what people run there. */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { RunnerFrame } from '@claude-webui/protocol';
import { FrameType, encodeRunnerFrame } from '@claude-webui/protocol';
import type { WebSocket } from 'ws';
import { WebSocketServer } from 'ws';
import { PERSON, RunningGateway, STRANGER } from '../testing/running-gateway';

/** Of a runner (runner-link/dial.ts). */
const MAX_MESSAGE_BYTES = 16 * 1024 * 1024;

let gateway: RunningGateway;
let runner: WebSocketServer;
beforeEach(async () => {
  gateway = await RunningGateway.start();
  runner = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  await once(runner, 'listening');
});
afterEach(async () => {
  for (const link of runner.clients) link.terminate();
  await Promise.all([gateway.close(), new Promise((resolve) => runner.close(resolve))]);
});

/** A session whose runner is ours, and what comes to it once a client attaches. */
async function attached(encoding: 'frames' | 'plain') {
  const { id } = await gateway.local.started({ ...PERSON, name: PERSON.username });
  const endpoint = `http://127.0.0.1:${(runner.address() as AddressInfo).port}`;
  await gateway.local.directory.update(id, { endpoint });
  const linked = once(runner, 'connection') as Promise<[WebSocket]>;
  const auth = { token: gateway.tokenOf(), sessionId: id };
  const client = encoding === 'frames' ? gateway.frames(auth) : gateway.plain(auth);
  const [link] = await linked;
  return { client, link, id };
}

const text = (type: number, body: string) => Buffer.concat([Buffer.of(type), Buffer.from(body)]);

describe.each(['frames', 'plain'] as const)('to a client of %s', (encoding) => {
  test.each([
    ['an attached frame that is no JSON', text(FrameType.attached, '{')],
    ['an attached frame of nothing', text(FrameType.attached, 'null')],
    ['an attached frame without a state', text(FrameType.attached, '{"sessionId":"s","stream":"x","resume":"exact"}')],
    ['a state of another shape', text(FrameType.state, '{"role":"emperor"}')],
    ['an end that is no JSON', text(FrameType.end, 'null')],
    ['an end without a reason', text(FrameType.end, '{"exitCode":"none"}')],
  ])('a runner that sends %s loses its connection, and the gateway goes on', async (_what, frame) => {
    const { client, link } = await attached(encoding);
    link.send(frame);
    expect(await client.status('closed')).toMatchObject({ reason: 'runner-unreachable' });
    const other = gateway.plain({ token: gateway.tokenOf(STRANGER) });
    await other.opened();
  });

  test('an end for a reason of a later release is an end', async () => {
    const { client, link } = await attached(encoding);
    link.send(text(FrameType.end, '{"reason":"of-a-later-release","exitCode":null}'));
    expect(await client.status('closed')).toMatchObject({ reason: 'terminated' });
  });
});

test.each([
  ['a snapshot that is cut short', Buffer.of(FrameType.snapshot, 0, 0)],
  ['a size that is impossible', Buffer.of(FrameType.resized, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)],
  ['a frame of no bytes', Buffer.alloc(0)],
])('to a client of the four events, a runner that sends %s loses its connection', async (_what, frame) => {
  const { client, link } = await attached('plain');
  link.send(frame);
  expect(await client.status('closed')).toMatchObject({ reason: 'runner-unreachable' });
});

test.each([
  ['one frame', 1],
  ['fragments', 64],
])('%s above the limit of a message costs the link that sent it, and no other', async (_what, parts) => {
  const other = gateway.plain({ token: gateway.tokenOf(STRANGER) });
  await other.opened();
  const { client, link } = await attached('frames');
  const closed = once(link, 'close') as Promise<[number]>;
  const part = Buffer.alloc(MAX_MESSAGE_BYTES / parts + 1, FrameType.output);
  for (let at = 1; at <= parts; at += 1) link.send(part, { fin: at === parts });
  expect((await closed)[0]).toBe(1009);
  expect(await client.status('closed')).toMatchObject({ reason: 'runner-unreachable' });
  other.type('still here\r');
  await other.shows('still here');
});

test('a client of the four events gets the bytes, and nothing of sizes, scrollback and what it does not know', async () => {
  const { link, id } = await attached('plain');
  const client = gateway.plain({ token: gateway.tokenOf(), sessionId: id });
  const heard: string[] = [];
  client.socket.onAny((event: string) => heard.push(event));
  const [second] = (await once(runner, 'connection')) as [WebSocket];
  link.close();
  const send = (frame: RunnerFrame) => second.send(encodeRunnerFrame(frame));
  send({ type: 'resized', offset: 0, size: { cols: 80, rows: 24 } });
  send({ type: 'output', offset: 0, data: Buffer.from('one ') });
  second.send(Buffer.of(0x0f, 1, 2, 3));
  send({ type: 'resized', offset: 4, size: { cols: 90, rows: 24 } });
  send({ type: 'output', offset: 4, data: Buffer.from('two ') });
  send({ type: 'scrollback', offset: 4, position: 0, total: 3, more: false, data: Buffer.from('old') });
  send({ type: 'output', offset: 8, data: Buffer.from('three') });
  await client.shows('three');
  expect(client.output).toBe('one two three');
  expect(new Set(heard)).toEqual(new Set(['output']));
});

test('a client of frames gets a frame that the gateway does not know as it is', async () => {
  const { client, link } = await attached('frames');
  const unknown = Buffer.of(0x0f, ...Buffer.from(randomUUID()));
  const arrived = new Promise<unknown>((resolve) => client.socket.io.engine.once('data', resolve));
  link.send(unknown);
  expect(Buffer.from((await arrived) as Uint8Array)).toEqual(unknown);
});
