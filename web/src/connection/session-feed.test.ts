/** Against a scripted gateway, which goes and comes when the test says. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { packetParser } from '@claude-webui/protocol';
import { Server } from 'socket.io';
import type { Socket } from 'socket.io';
import * as parser from 'socket.io-parser';
import { SignInNeeded } from '../api/sign-in-needed';
import { SessionFeed } from './session-feed';

let gateway: Server;
let feed: SessionFeed;
let url: string;
/** What the feed told, and what the gateway met, in order. */
let events: string[];
let watchers: (() => void)[];
let sockets: Socket[];
/** The token that the gateway lets in, and the tokens that the account gives in turn, the last one for ever. */
let good: string;
let tokens: (string | Error)[];

function happened(event: string): void {
  events.push(event);
  for (const watch of watchers) watch();
}

function until(holds: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    const watch = () => {
      if (holds()) resolve();
    };
    watchers.push(watch);
    watch();
  });
}

beforeEach(async () => {
  [events, watchers, sockets, good, tokens] = [[], [], [], 'good', ['good']];
  const http = createServer().listen(0, '127.0.0.1');
  await once(http, 'listening');
  url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  gateway = new Server(http, { parser: packetParser(parser) });
  gateway.use((socket, next) => {
    const { token } = socket.handshake.auth as { token: string };
    if (token === good) next();
    else next(Object.assign(new Error('no'), { data: { code: 'unauthorized' } }));
  });
  gateway.on('connection', (socket) => {
    sockets.push(socket);
    socket.emit('listed');
  });
});
afterEach(async () => {
  feed.close();
  await gateway.close();
});

function openFeed(): void {
  feed = new SessionFeed(
    {
      url,
      token: (rejected) => {
        const next = tokens.length > 1 ? tokens.shift() : tokens[0];
        happened(`asked for a token${rejected === null ? '' : ` instead of ${rejected}`}`);
        return next instanceof Error ? Promise.reject(next) : Promise.resolve(next ?? '');
      },
    },
    {
      connected: () => happened('connected'),
      session: () => undefined,
      listed: () => happened('listed'),
      disconnected: () => happened('disconnected'),
      notice: ({ text }) => happened(`notice ${text}`),
    },
  );
}

test('a connection that breaks is told at once, and the next begins a list of its own', async () => {
  openFeed();
  await until(() => events.includes('listed'));
  sockets[0]?.disconnect(true);
  await until(() => events.filter((event) => event === 'listed').length === 2);
  expect(events.filter((event) => !event.startsWith('asked'))).toEqual([
    'connected',
    'listed',
    'disconnected',
    'connected',
    'listed',
  ]);
});

test('a token that cannot be had now is asked for again', async () => {
  tokens = [new TypeError('fetch failed'), new Error('502'), 'good'];
  openFeed();
  await until(() => events.includes('listed'));
  expect(events.slice(0, 3)).toEqual(['asked for a token', 'disconnected', 'asked for a token']);
});

test('a token that the server does not take is named when the next is asked for', async () => {
  tokens = ['old', 'good'];
  openFeed();
  await until(() => events.includes('listed'));
  expect(events).toContain('asked for a token instead of old');
});

test('a sign-out that is told on the connection makes the account find out', async () => {
  openFeed();
  await until(() => events.includes('listed'));
  tokens = [new SignInNeeded('gone')];
  sockets[0]?.emit('status', { state: 'closed', reason: 'signed-out' });
  sockets[0]?.disconnect(true);
  await until(() => events.includes('asked for a token instead of good'));
  // It has ended: a cut makes it ask no more.
  const count = events.length;
  feed.hurry();
  expect(events).toHaveLength(count);
});

test('what waits for its time is done at once when somebody hurries it', async () => {
  tokens = Array.from({ length: 6 }, () => new Error('away'));
  openFeed();
  for (let tries = 1; tries <= 6; tries += 1) {
    await until(() => events.filter((event) => event === 'disconnected').length >= tries);
    if (tries === 6) tokens = ['good'];
    feed.hurry();
  }
  await until(() => events.includes('listed'));
});

test('a notice that a connection begins with is told once, however often the connection begins', async () => {
  const notice = { id: 'pod/1', text: 'Emptied.', from: 'Cluster', at: '' };
  gateway.on('connection', (socket) => socket.emit('notice', notice));
  openFeed();
  await until(() => events.includes('notice Emptied.'));
  sockets[0]?.disconnect(true);
  await until(() => sockets.length === 2);
  sockets[1]?.emit('notice', { ...notice, id: 'pod/2', text: 'Emptied again.' });
  await until(() => events.includes('notice Emptied again.'));
  expect(events.filter((event) => event === 'notice Emptied.')).toHaveLength(1);
});
