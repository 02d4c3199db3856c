/** Dialling runners that are not there, not theirs, or not yet there. */
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WebSocketServer } from 'ws';
import { readyRecord } from '../testing/session-record';
import { dialRunner } from './dial';

const QUERY = { client: 'c' };
const never = new AbortController().signal;
const urlOf = (server: Server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

let server: Server;
let upgrades: number;
beforeEach(async () => {
  upgrades = 0;
  server = createServer();
  // The dialler hangs up on what it does not like.
  server.on('upgrade', (_request, socket) => socket.on('error', () => undefined));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

test('a runner that refuses is tried five times and no more, and nothing follows where it points', async () => {
  const elsewhere: string[] = [];
  server.on('request', ({ url }) => elsewhere.push(String(url)));
  server.on('upgrade', (_request, socket) => {
    upgrades += 1;
    socket.end(`HTTP/1.1 302 Found\r\nLocation: ${urlOf(server)}/elsewhere\r\n\r\n`);
  });
  await expect(dialRunner(readyRecord(urlOf(server)), 'drive', QUERY, never)).rejects.toMatchObject({
    code: 'runner-unreachable',
  });
  expect(upgrades).toBe(5);
  expect(elsewhere).toEqual([]);
});

test('a socket that is gone is unreachable', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'dial-'));
  const record = readyRecord(`unix:${join(directory, 'gone.sock')}`);
  await expect(dialRunner(record, 'drive', QUERY, never)).rejects.toMatchObject({ code: 'runner-unreachable' });
  rmSync(directory, { recursive: true });
});

test('one that answers a moment later is reached', async () => {
  const runner = new WebSocketServer({ noServer: true });
  server.on('upgrade', (request, socket, head) => {
    upgrades += 1;
    if (upgrades < 3) return void socket.end('HTTP/1.1 503 Not Yet\r\n\r\n');
    runner.handleUpgrade(request, socket, head, () => undefined);
  });
  const link = await dialRunner(readyRecord(urlOf(server)), 'drive', QUERY, never);
  expect(upgrades).toBe(3);
  link.terminate();
});

test('a client that has gone is dialled for no more', async () => {
  const gone = new AbortController();
  server.on('upgrade', (_request, socket) => {
    upgrades += 1;
    gone.abort();
    socket.end('HTTP/1.1 503 Not Yet\r\n\r\n');
  });
  const dialled = dialRunner(readyRecord(urlOf(server)), 'drive', QUERY, gone.signal);
  await expect(dialled).rejects.toMatchObject({ code: 'runner-unreachable' });
  expect(upgrades).toBe(1);
});
