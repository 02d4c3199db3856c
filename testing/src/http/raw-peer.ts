/** Peers that know no manners, for tests of everything that listens. */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { NetConnectOpts, Socket } from 'node:net';
import { connect } from 'node:net';

/** How a peer goes, once it has sent what it sends. */
export const ENDINGS = ['resets at once', 'resets after the answer', 'only ends its side', 'breaks off'] as const;
export type Ending = (typeof ENDINGS)[number];

const WEB_SOCKET = [
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
];

const TARGETS = ['//', '///', '//healthz', 'http://', 'http://[', '*', '/%zz', '/%ff%', '/files/%zz', '/attach?%zz=%'];

/** First lines and headers. */
export function head(method: string, target: string, ...headers: string[]): string {
  return `${[`${method} ${target} HTTP/1.1`, 'Host: localhost', ...headers].join('\r\n')}\r\n\r\n`;
}

/**
 * What to say to a server. @param paths where it answers @param authorization headers of somebody it knows, or none
 */
export function garbage(paths: readonly string[], ...authorization: string[]): (string | Buffer)[] {
  const targets = [...TARGETS, ...paths];
  return [
    '',
    'GET ',
    'GET /healthz HTTP/1.1\r\nHost: localhost\r\nX: ',
    '\r\n\r\n\r\n\r\n',
    Buffer.from('16030100c8010000c40303', 'hex'),
    randomBytes(4096),
    head('GET', '/healthz', `X: ${'x'.repeat(100_000)}`),
    head('CONNECT', 'elsewhere:80'),
    head('OPTIONS', '*'),
    head('PUT', '/session', 'Content-Length: -1'),
    head('PUT', '/session', 'Content-Length: 5', 'Transfer-Encoding: chunked'),
    ...targets.map((target) => head('GET', target, ...authorization)),
    ...targets.map((target) => head('GET', target, ...authorization, ...WEB_SOCKET)),
    ...paths.flatMap((path) => [
      head('GET', path, ...authorization, 'Connection: Upgrade', 'Upgrade: websocket'),
      head('POST', path, ...authorization, 'Connection: Upgrade', 'Upgrade: h2c', 'Content-Length: 9') + 'half',
      `${head('PUT', path, ...authorization, 'Content-Length: 100')}half`,
      `${head('PUT', path, ...authorization, 'Transfer-Encoding: chunked')}4\r\nhalf\r\n`,
      `${head('PUT', path, ...authorization, 'Transfer-Encoding: chunked')}zz\r\n`,
      head('PUT', path, ...authorization, 'Content-Length: 99999999999'),
      head('PUT', path, ...authorization, 'Content-Length: 4', 'Expect: 100-continue'),
    ]),
  ];
}

/** After a handshake: frames that RFC 6455 forbids, and messages that no peer of ours sends. */
export function brokenFrames(target: string, authorization: string): Buffer[] {
  const handshake = Buffer.from(head('GET', target, authorization, ...WEB_SOCKET));
  const masked = (first: number, payload: string) =>
    Buffer.concat([Buffer.from([first, 0x80 | payload.length, 0, 0, 0, 0]), Buffer.from(payload)]);
  return [
    Buffer.from([0x83, 0x80, 0, 0, 0, 0]),
    Buffer.from([0x82, 0x02, 0x11, 0x00]),
    Buffer.from([0x82, 0xff, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0]),
    Buffer.from([0x81, 0x81, 0, 0, 0, 0, 0xff]),
    Buffer.from([0x88, 0x81, 0, 0, 0, 0, 0x03]),
    Buffer.from([0x80, 0x80, 0, 0, 0, 0]),
    masked(0x82, '\x05{'),
    masked(0x82, '\x7f'),
    masked(0x82, ''),
    masked(0x81, '{"type":'),
    masked(0x81, 'null'),
  ].map((frame) => Buffer.concat([handshake, frame]));
}

/** Says everything, each on a connection of its own, several at a time. */
export async function sayAll(where: NetConnectOpts, all: readonly (string | Buffer)[], ending: Ending): Promise<void> {
  for (let at = 0; at < all.length; at += AT_A_TIME)
    await Promise.all(all.slice(at, at + AT_A_TIME).map((words) => sayAndLeave(where, words, ending)));
}

/** Fewer than a server takes of those it does not know. */
const AT_A_TIME = 20;

/** Long for a server on the same machine that has something to say. Milliseconds. */
const SOON_MS = 100;

/** Says it, and goes. Resolves, when the connection is closed on this side, with what came back. */
export async function sayAndLeave(
  where: NetConnectOpts,
  words: string | Buffer,
  ending: Ending,
  patienceMs = SOON_MS,
): Promise<string> {
  const socket = connect({ ...where, allowHalfOpen: ending === 'only ends its side' });
  let answer = '';
  // Its own mishaps are not the test's.
  socket.on('error', () => undefined);
  socket.on('data', (data) => (answer += data.toString('latin1')));
  await once(socket, 'connect');
  const closed = new Promise((resolve) => socket.once('close', resolve));
  const wasWritten = words.length === 0 ? Promise.resolve() : new Promise((resolve) => socket.write(words, resolve));
  if (ending === 'resets at once') reset(socket);
  await wasWritten;
  if (ending === 'breaks off') socket.destroy();
  if (ending === 'only ends its side') socket.end();
  // Not everything is answered; the server may wait for more.
  const answered = Promise.race([once(socket, 'data'), once(socket, 'end'), closed, passed(patienceMs)]).catch(
    () => undefined,
  );
  if (ending === 'resets after the answer') {
    await answered;
    reset(socket);
  }
  if (ending === 'only ends its side') {
    await answered;
    await Promise.race([once(socket, 'end'), closed, passed(patienceMs)]).catch(() => undefined);
  }
  socket.destroy();
  await closed;
  return answer;
}

const passed = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms).unref());

/** RST instead of FIN, where there is such a thing. Node never closes one that it cannot reset because the server has ended it. */
function reset(socket: Socket): void {
  if (socket.remoteFamily === undefined || socket.readableEnded) socket.destroy();
  else socket.resetAndDestroy();
}
