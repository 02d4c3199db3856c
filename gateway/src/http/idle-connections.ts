import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/**
 * Bounds the connections on which no request is in progress: above `max` the one that has waited longest makes room, for whoever
 * keeps it notices nothing but that the next request needs another connection. Behind a proxy all have one address, so there is no
 * bound per address. Those that have become something else, such as a WebSocket, are not counted.
 */
export function boundIdleConnections(http: Server, max: number): void {
  const idle = new Set<Socket>();
  const known = new WeakSet<Socket>();
  const rests = (socket: Socket) => {
    // To the end of the order.
    idle.delete(socket);
    idle.add(socket);
    const [longest] = idle;
    if (idle.size > max) longest?.destroy();
  };
  http.on('connection', (socket: Socket) => {
    // One that is handed back to the parser is announced again.
    if (known.has(socket)) return;
    known.add(socket);
    socket.once('close', () => idle.delete(socket));
    rests(socket);
  });
  http.on('request', ({ socket }: IncomingMessage, response: ServerResponse) => {
    idle.delete(socket);
    response.once('close', () => {
      if (!socket.destroyed) rests(socket);
    });
  });
  http.on('upgrade', ({ socket }: IncomingMessage) => idle.delete(socket));
}
