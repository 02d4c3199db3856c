import type { IncomingMessage, Server } from 'node:http';
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { HttpRefusal } from './refusal';

/** A refused peer that does not take its answer is dropped after this. Milliseconds. */
const REFUSAL_TIMEOUT_MS = 5000;

/** Takes a handshake, or throws an HttpRefusal. */
export type Upgrade = (request: IncomingMessage, socket: Socket, head: Buffer) => void;

/** Headers of every answer to a request; null: one that could not be read. */
export type AnswerHeaders = (request: IncomingMessage | null) => Readonly<Record<string, string>>;

/**
 * Takes WebSocket handshakes. Any other wish to upgrade is ignored, as RFC 9110 §7.8 permits, and answered as the request that
 * it is. An error costs the peer its connection.
 * @param headers of refusals
 * @param failed hears of errors that no peer should be able to cause
 */
export function onUpgrade(
  server: Server,
  upgrade: Upgrade,
  headers: AnswerHeaders,
  failed: (error: unknown) => void,
): void {
  server.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) => {
    // Node has taken its own listener off, and an error without one ends the process: the peer may have gone already.
    socket.on('error', () => socket.destroy());
    try {
      if (isWebSocketHandshake(request)) upgrade(request, socket, head);
      else parseAgain(server, request, socket, head);
    } catch (error) {
      if (error instanceof HttpRefusal) return refuseRaw(socket, error, headers(request));
      failed(error);
      socket.destroy();
    }
  });
}

/** Answers with a status where there is no response to do it with, and ends the connection however the peer behaves. */
export function refuseRaw(
  socket: Socket,
  { status, retryAfterSeconds }: Pick<HttpRefusal, 'status' | 'retryAfterSeconds'>,
  headers: ReturnType<AnswerHeaders>,
): void {
  const timer = setTimeout(() => socket.destroy(), REFUSAL_TIMEOUT_MS);
  socket.once('close', () => clearTimeout(timer));
  // The server's sockets stay half open after an end; what else the peer sends is thrown away until it closes too.
  socket.once('finish', () => socket.destroySoon());
  socket.resume();
  const lines = Object.entries({
    ...headers,
    ...(retryAfterSeconds === undefined ? {} : { 'Retry-After': String(retryAfterSeconds) }),
    Connection: 'close',
    'Content-Length': '0',
  }).map(([name, value]) => `${name}: ${value}`);
  socket.end(`${[`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`, ...lines].join('\r\n')}\r\n\r\n`);
}

function isWebSocketHandshake({ method, headers }: IncomingMessage): boolean {
  return method === 'GET' && headers.upgrade?.toLowerCase() === 'websocket';
}

/** Hands the connection back to the server's parser, its first request without the wish to upgrade. */
function parseAgain(server: Server, request: IncomingMessage, socket: Socket, head: Buffer): void {
  const lines = [`${request.method ?? 'GET'} ${request.url ?? '/'} HTTP/${request.httpVersion}`];
  for (let at = 0; at + 1 < request.rawHeaders.length; at += 2) {
    const [name = '', value = ''] = request.rawHeaders.slice(at, at + 2);
    const kept = name.toLowerCase() === 'connection' ? withoutUpgrade(value) : value;
    if (name.toLowerCase() !== 'upgrade') lines.push(`${name}: ${kept}`);
  }
  if (head.length > 0) socket.unshift(head);
  socket.unshift(Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'));
  server.emit('connection', socket);
}

const withoutUpgrade = (connection: string) =>
  connection
    .split(',')
    .filter((option) => option.trim().toLowerCase() !== 'upgrade')
    .join(',');
