import { once } from 'node:events';
import type { Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { connect } from 'node:net';
import { boundIdleConnections } from './idle-connections';

const MAX = 3;
let http: Server;
const slow: ServerResponse[] = [];
const sockets: Socket[] = [];
beforeEach(async () => {
  http = createServer((request, response) => {
    if (request.url === '/slow') return void slow.push(response.writeHead(200));
    response.end('done');
  });
  boundIdleConnections(http, MAX);
  http.on('upgrade', (_request, socket: Socket) => {
    socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
    socket.on('data', (data) => socket.write(data));
  });
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
});
afterEach(() => {
  for (const socket of [...sockets.splice(0), ...slow.splice(0)]) socket.destroy();
  http.closeAllConnections();
  http.close();
});

async function open(): Promise<Socket> {
  const socket = connect((http.address() as AddressInfo).port, '127.0.0.1');
  sockets.push(socket);
  socket.on('error', () => undefined);
  await Promise.all([once(socket, 'connect'), once(http, 'connection')]);
  return socket;
}

async function ask(socket: Socket, head: string): Promise<string> {
  socket.write(`GET ${head}\r\n\r\n`);
  const [data] = (await once(socket, 'data')) as [Buffer];
  return data.toString();
}
const DONE = '/ HTTP/1.1\r\nHost: a';

test('the connection that has waited longest for its next request makes room, used or never used', async () => {
  const [first, second, third] = [await open(), await open(), await open()];
  expect(await ask(first, DONE)).toContain('200 OK');
  const closed = once(second, 'close');
  const fourth = await open();
  await closed;
  for (const socket of [first, third, fourth]) expect(await ask(socket, DONE)).toContain('200 OK');
});

test('a request in progress and what is no longer HTTP are left alone', async () => {
  const download = await open();
  const begun = once(download, 'data');
  download.write('GET /slow HTTP/1.1\r\nHost: a\r\n\r\n');
  await once(http, 'request');
  slow[0]?.flushHeaders();
  await begun;
  const terminal = await open();
  expect(await ask(terminal, '/ HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket')).toContain('101');
  const idle = [];
  for (let at = 0; at < 3 * MAX; at += 1) idle.push(await open());
  for (const socket of idle.slice(0, -MAX)) if (!socket.closed) await once(socket, 'close');
  expect(await ask(terminal, 'typed')).toContain('typed');
  const rest = once(download, 'data');
  slow[0]?.write('the rest');
  expect(String(await rest)).toContain('the rest');
});
