/** Whatever reaches a gateway's ports, everybody's terminals go on, and it can be stopped. */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ENDINGS, garbage, head, sayAll, sayAndLeave } from '@claude-webui/testing/http/raw-peer';
import type { Socket } from 'socket.io-client';
import { io } from 'socket.io-client';
import { loadConfig } from './config/config';
import type { Gateway } from './gateway';
import { startGateway } from './gateway';
import { PASSWORD, environmentIn } from './testing/environment';

const SHELL = { path: '/bin/sh', args: ['-c', 'echo "model $ANTHROPIC_BASE_URL"; exec cat'] };
const SOCKETS = '/socket.io/?EIO=4&transport=websocket';
const PATHS = [
  '/',
  '/health',
  SOCKETS,
  '/socket.io/?EIO=4&transport=polling',
  '/api/sessions',
  '/auth/login',
  '/llm/v1/messages',
];

let gateway: Gateway;
let socket: Socket;
let output = '';
let modelPort: number;

async function shows(text: string): Promise<void> {
  while (!output.includes(text)) await new Promise((resolve) => socket.once('output', resolve));
}

async function echoes(): Promise<void> {
  const word = `word-${Math.random()}`;
  socket.emit('input', { data: `${word}\r` });
  await shows(`${word}\r\n${word}`);
}

beforeAll(async () => {
  const base = mkdtempSync(join(tmpdir(), 'cwui-peers-'));
  const config = loadConfig({
    ...environmentIn(base),
    JWT_SECRET: randomBytes(32).toString('base64url'),
    ANTHROPIC_API_KEY: 'sk-ant-test',
  });
  gateway = await startGateway(config, SHELL);
  const answer = await fetch(`${gateway.url}/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ username: 'admin', password: PASSWORD }),
  });
  const { token } = (await answer.json()) as { token: string };
  socket = io(gateway.url, { auth: { token }, transports: ['websocket'], forceNew: true, reconnection: false });
  socket.on('output', ({ data }: { data: string }) => (output += data));
  await shows('model http');
  modelPort = Number(/model http:\/\/[^:]+:(\d+)/.exec(output)?.[1]);
});

const at = (port: number) => ({ port, host: '127.0.0.1' });
const publicPort = () => Number(new URL(gateway.url).port);
const say = (words: string) => sayAndLeave(at(publicPort()), words, 'resets after the answer', 10_000);

test.each(ENDINGS)('nonsense from one that %s, at each port', async (ending) => {
  for (const port of [publicPort(), modelPort]) await sayAll(at(port), garbage(PATHS), ending);
  await echoes();
});

test('a WebSocket handshake to a path without one is refused, and its connection ended', async () => {
  const upgrade = ['Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13', 'Sec-WebSocket-Key: AAAA'];
  expect(await say(head('GET', '/elsewhere', ...upgrade))).toMatch(/^HTTP\/1.1 404 /);
  expect(await say(head('GET', '//', ...upgrade))).toMatch(/^HTTP\/1.1 400 /);
});

test('a wish for another protocol is overlooked: a client that offers HTTP/2 signs in', async () => {
  const h2c = ['Connection: Upgrade, HTTP2-Settings', 'Upgrade: h2c', 'HTTP2-Settings: AAMAAABkAAQAAP__'];
  expect(await say(head('GET', '/health', ...h2c))).toMatch(/^HTTP\/1.1 200 /);
  const body = JSON.stringify({ username: 'admin', password: PASSWORD });
  const length = `Content-Length: ${body.length}`;
  const login = head('POST', '/auth/login', ...h2c, 'Content-Type: application/json', length);
  expect(await say(login + body)).toMatch(/^HTTP\/1.1 200 /);
  // The body comes in a packet of its own.
  const later = connect(at(publicPort()));
  later.write(login);
  await once(later, 'ready');
  await echoes();
  later.write(body);
  expect(String(await once(later, 'data'))).toMatch(/^HTTP\/1.1 200 /);
  later.destroy();
});

test('peers that never go do not keep it from stopping', async () => {
  const upgrade = ['Connection: Upgrade', 'Upgrade: websocket', 'Content-Length: 10'];
  const stubborn = [head('GET', '/elsewhere', ...upgrade), head('POST', '/auth/login', 'Content-Length: 10'), 'GET '];
  const peers = stubborn.map((words) => {
    const peer = connect({ ...at(publicPort()), allowHalfOpen: true });
    peer.on('error', () => undefined);
    peer.write(words);
    return peer;
  });
  await Promise.all(peers.map((peer) => once(peer, 'ready')));
  await echoes();
  socket.disconnect();
  await gateway.close();
  for (const peer of peers) peer.destroy();
});
