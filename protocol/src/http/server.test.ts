import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { connect } from 'node:net';
import { after } from '../timer';
import { guardedServer } from './server';

const LIMITS = { headersTimeoutMs: 300, requestTimeoutMs: 0, maxStrangers: 8, keepAliveTimeoutMs: 60_000 };
const HEADERS = { 'X-Of-All': 'yes' };

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

async function connected(): Promise<Socket> {
  const { http } = guardedServer(
    { headers: () => HEADERS, answer: (_request, response) => void response.end('hello'), failed: () => undefined },
    LIMITS,
  );
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  const peer = connect((http.address() as AddressInfo).port, '127.0.0.1');
  peer.on('error', () => undefined);
  closers.push(() => {
    peer.destroy();
    http.closeAllConnections();
    return new Promise((resolve) => http.close(resolve));
  });
  await once(peer, 'connect');
  return peer;
}

async function heard(peer: Socket, ending: string): Promise<string> {
  let text = '';
  while (!text.includes(ending)) text += String(await once(peer, 'data').then(([data]) => data as Buffer));
  return text;
}

const REQUEST = 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n';

test('a connection that waits for its next request outlives the time that headers may take', async () => {
  const peer = await connected();
  peer.write(REQUEST);
  await heard(peer, 'hello');
  // The server looks at its connections every two seconds.
  await new Promise<void>((resolve) => void after(4500, resolve));
  peer.write(REQUEST);
  expect(await heard(peer, 'hello')).toMatch(/^HTTP\/1.1 200 /);
});

test('headers that do not come to an end are answered as everything is', async () => {
  const peer = await connected();
  peer.write('GET / HTTP/1.1\r\nHost: loc');
  const answer = await heard(peer, '\r\n\r\n');
  expect(answer).toMatch(/^HTTP\/1.1 408 /);
  expect(answer).toContain('X-Of-All: yes\r\n');
});

test('nothing is written into an answer that is under way', async () => {
  const { http } = guardedServer({
    answer: (_request, response) => void response.writeHead(200, { 'content-length': '10' }).write('half '),
    failed: () => undefined,
  });
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  const peer = connect((http.address() as AddressInfo).port, '127.0.0.1');
  closers.push(() => new Promise((resolve) => http.close(resolve)));
  peer.on('error', () => undefined);
  let text = '';
  peer.on('data', (data: Buffer) => {
    text += String(data);
    if (text.endsWith('half ')) peer.write('zz\r\n');
  });
  peer.write('POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n');
  await once(peer, 'close');
  expect(text).toMatch(/^HTTP\/1.1 200 [^]*half $/);
});
