/** Against a scripted gateway: what a real one does only at moments that no test can choose. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  OUTPUT_WINDOW_BYTES,
  decodeClientFrame,
  encodeRunnerFrame,
  frameOf,
  packetParser,
} from '@claude-webui/protocol';
import { Server } from 'socket.io';
import type { Socket } from 'socket.io';
import * as parser from 'socket.io-parser';
import type { TerminalConsumer } from './terminal-connection';
import { TerminalConnection } from './terminal-connection';

const FRAME_BYTES = 64 * 1024;
const SIZE = { cols: 80, rows: 24 };
const ATTACHED = {
  sessionId: 's',
  stream: 'a',
  resume: 'exact' as const,
  inputSequence: 0,
  state: {
    role: 'driver' as const,
    driven: true,
    attachments: 1,
    size: SIZE,
    activity: 'working' as const,
    idleEndsInMs: null,
  },
};

let gateway: Server;
let connection: TerminalConnection;
/** Sockets as they come. */
let arrivals: ((socket: Socket) => void)[];
let arrived: Socket[];
/** Requests to open a connection that are not taken. */
let refusals: number;

beforeEach(async () => {
  arrivals = [];
  arrived = [];
  refusals = 0;
  const http = createServer().listen(0, '127.0.0.1');
  await once(http, 'listening');
  gateway = new Server(http, {
    parser: packetParser(parser),
    allowRequest: (_, done) => done(null, refusals-- <= 0),
  });
  gateway.on('connection', (socket) => {
    const arrival = arrivals.shift();
    if (arrival === undefined) arrived.push(socket);
    else arrival(socket);
  });
  // Deals with everything at once.
  const consumer: TerminalConsumer = {
    write: (_data, offset) => connection.parsed(offset),
    reset: () => undefined,
    phase: () => undefined,
    latency: () => undefined,
    refused: () => undefined,
    waiting: () => undefined,
  };
  connection = new TerminalConnection(
    {
      url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
      mode: 'drive',
      size: SIZE,
      credential: () => Promise.resolve({ token: 't' }),
    },
    consumer,
  );
});
afterEach(async () => {
  connection.close();
  await gateway.close();
});

function next(): Promise<Socket> {
  const socket = arrived.shift();
  return socket === undefined ? new Promise((resolve) => arrivals.push(resolve)) : Promise.resolve(socket);
}

/** As much as is sent without an acknowledgement. */
function sendWindow(socket: Socket, from: number): void {
  for (let offset = from; offset < from + OUTPUT_WINDOW_BYTES; offset += FRAME_BYTES)
    socket.conn.write(Buffer.from(encodeRunnerFrame({ type: 'output', offset, data: Buffer.alloc(FRAME_BYTES, 'x') })));
}

const attach = (socket: Socket, offset: number) =>
  socket.conn.write(Buffer.from(encodeRunnerFrame({ type: 'attached', attached: { ...ATTACHED, offset } })));

function acknowledges(socket: Socket, offset: number): Promise<void> {
  return new Promise((resolve) =>
    socket.conn.on('data', (message: unknown) => {
      const frame = frameOf(message);
      if (frame === null) return;
      const decoded = decodeClientFrame(frame);
      if (decoded.type === 'ack' && decoded.offset === offset) resolve();
    }),
  );
}

test('what the connection before has brought meanwhile is acknowledged on the new one, which would stand still', async () => {
  const old = await next();
  attach(old, 0);
  const all = acknowledges(old, OUTPUT_WINDOW_BYTES);
  sendWindow(old, 0);
  await all;
  old.emit('status', { state: 'closed', reason: 'draining' });
  const fresh = await next();
  expect(fresh.handshake.auth).toMatchObject({ resumeFrom: OUTPUT_WINDOW_BYTES, resumeStream: 'a' });
  sendWindow(old, OUTPUT_WINDOW_BYTES);
  const gone = new Promise((resolve) => old.once('disconnect', resolve));
  const known = acknowledges(fresh, 2 * OUTPUT_WINDOW_BYTES);
  // The old one's bytes first: they are one connection's answer to the other's attach.
  await new Promise<void>((resolve) => old.emit('latency', { rttMs: null }, resolve));
  attach(fresh, OUTPUT_WINDOW_BYTES);
  await gone;
  sendWindow(fresh, OUTPUT_WINDOW_BYTES);
  await known;
});

test('once a WebSocket has passed, a gateway that refuses one is tried again rather than polled', async () => {
  const first = await next();
  expect(first.conn.transport.name).toBe('websocket');
  refusals = 1;
  first.disconnect(true);
  expect((await next()).conn.transport.name).toBe('websocket');
});
