/** What a pod answers is the word of whoever runs in it. */
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import type { RequestListener, Server } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { BindRequest } from '@claude-webui/protocol';
import { readyRecord } from '../../testing/session-record';
import { dialControl } from '../../runner-link/dial';
import { bind } from './bind';

const KEY = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
const REQUEST = { sessionId: 'a', attachKey: 'the-attach-key' } as unknown as BindRequest;

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function serve(answer: RequestListener): Promise<{ url: string; server: Server }> {
  const server = createServer(answer).listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server };
}

const bindAt = (endpoint: string) => bind({ endpoint, podUid: 'u' }, REQUEST, KEY, AbortSignal.timeout(10_000));

test.each([301, 302, 303, 307, 308])('a pod that answers %i gives the keys to nobody else', async (status) => {
  let heard = 0;
  const elsewhere = await serve((_request, response) => {
    heard += 1;
    response.writeHead(204).end();
  });
  const pod = await serve((_request, response) => response.writeHead(status, { location: elsewhere.url }).end());
  expect(await bindAt(pod.url)).toBe('unreachable');
  expect(heard).toBe(0);
});

test.each([
  [200, 'unreachable'],
  [409, 'taken'],
  [401, 'refused'],
])('an answer %i without an end is not read', async (status, outcome) => {
  let sent = 0;
  let isGone: Promise<unknown> = Promise.resolve();
  const pod = await serve((_request, response) => {
    isGone = once(response, 'close');
    response.writeHead(status);
    const piece = Buffer.alloc(65_536);
    const more = () => {
      while (!response.destroyed && response.write(piece)) sent += piece.length;
    };
    response.on('drain', more);
    more();
  });
  expect(await bindAt(pod.url)).toBe(outcome);
  await isGone;
  expect(sent).toBeLessThan(64 * 1024 * 1024);
});

test('a handshake that is answered with a redirect leads nowhere', async () => {
  let heard = 0;
  const elsewhere = await serve(() => (heard += 1));
  elsewhere.server.on('upgrade', () => (heard += 1));
  const giveUp = new AbortController();
  const pod = await serve(() => undefined);
  pod.server.on('upgrade', (_request, socket) => {
    // The dialler hangs up on what it does not like.
    socket.on('error', () => undefined);
    socket.end(`HTTP/1.1 307 Temporary Redirect\r\nLocation: ${elsewhere.url}\r\nContent-Length: 0\r\n\r\n`, () =>
      giveUp.abort(),
    );
  });
  const dialled = dialControl(readyRecord(pod.url), giveUp.signal);
  await expect(dialled).rejects.toMatchObject({ code: 'runner-unreachable' });
  expect(heard).toBe(0);
});
