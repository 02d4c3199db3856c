import { once } from 'node:events';
import type { Server } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { limitBodies } from './body-deadline';

const TIMES = { bodyMs: 150, lingerMs: 150 };
const UPLOAD = '/api/v1/sessions/some-id/files/large.bin';

let http: Server;
let answered: string[];
beforeEach(async () => {
  answered = [];
  http = createServer((request, response) => {
    // What is refused is not read.
    if (request.url === '/refused') return void response.end('no');
    request.resume().on('end', () => {
      answered.push(String(request.url));
      response.end('done');
    });
  });
  limitBodies(http, TIMES);
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
});
afterEach(() => {
  http.closeAllConnections();
  http.close();
});

/** Sends a head that announces 6 bytes, and the first three. */
function begin(path: string): Socket {
  const socket = connect((http.address() as AddressInfo).port, '127.0.0.1');
  socket.on('error', () => undefined);
  socket.write(`PUT ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 6\r\n\r\nabc`);
  return socket;
}

test('a body that does not come to its end is waited for only so long', async () => {
  const socket = begin('/auth/login').resume();
  await once(socket, 'close');
  expect(answered).toEqual([]);
});

test('an upload takes the time that it needs', async () => {
  const upload = begin(UPLOAD);
  // Another that began later is cut by now.
  await once(begin('/auth/login').resume(), 'close');
  await once(begin('/auth/login').resume(), 'close');
  upload.write('def');
  const [answer] = (await once(upload, 'data')) as [Buffer];
  expect(answer.toString()).toContain('done');
  expect(answered).toEqual([UPLOAD]);
  upload.destroy();
});

test('who goes on sending after the answer sees it, and is cut off then', async () => {
  const socket = begin('/refused');
  const [answer] = (await once(socket, 'data')) as [Buffer];
  expect(answer.toString()).toContain('no');
  socket.resume();
  await once(socket, 'close');
});

test('a connection whose bodies come to their ends is kept', async () => {
  const socket = begin('/auth/login');
  socket.write('def');
  await once(socket, 'data');
  await delay(2 * TIMES.bodyMs);
  socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
  await once(socket, 'data');
  expect(answered).toEqual(['/auth/login', '/']);
  socket.destroy();
});
