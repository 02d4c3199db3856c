import type { Handshake } from '@claude-webui/protocol';
import { packetParser } from '@claude-webui/protocol';
import type { Socket } from 'socket.io-client';
import { io } from 'socket.io-client';
import * as parser from 'socket.io-parser';

/**
 * For the transport to open, in milliseconds. An edge may still send people to a server that is gone and wait for it by itself:
 * the next attempt is likely sent to another. Several round trips of a bad line fit in.
 */
const OPEN_TIMEOUT_MS = 5000;

/** Whether one has come through in this page: then a server that refuses one is a server that stops, not a proxy on the way. */
let webSocketsPass = false;

/**
 * One connection to the gateway. It does not come back by itself: when and how often is decided by its owner, who shows
 * the wait and asks for the credential anew each time.
 */
export function openSocket(url: string, auth: Handshake): Socket {
  const socket = io(url, {
    path: '/socket.io/',
    auth,
    parser: packetParser(parser),
    transports: webSocketsPass ? ['websocket'] : ['websocket', 'polling'],
    tryAllTransports: true,
    timeout: OPEN_TIMEOUT_MS,
    reconnection: false,
    forceNew: true,
  });
  const { engine } = socket.io;
  engine.once('open', () => (webSocketsPass ||= engine.transport.name === 'websocket'));
  return socket;
}

/** Whether the server answers on this connection within this time: a dead one looks like one on which nothing happens. */
export function answers(socket: Socket, timeoutMs: number): Promise<boolean> {
  return socket
    .timeout(timeoutMs)
    .emitWithAck('probe')
    .then(
      () => true,
      () => false,
    );
}
