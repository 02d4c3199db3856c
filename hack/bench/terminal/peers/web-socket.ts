/** What the peers that speak JSON or bytes over a WebSocket have in common. */
import { once } from 'node:events';
import WebSocket from 'ws';
import { Inbox } from '../inbox';
import type { Connection } from '../peer';

export interface Dialect {
  /** The message that types. */
  input(text: string): string | Buffer;
  /** What a message prints; null for other messages. */
  output(message: Buffer, isBinary: boolean): string | Uint8Array | null;
  /** The first message. */
  hello?: string;
  protocol?: string;
}

export async function connectWebSocket(url: string, dialect: Dialect): Promise<Connection> {
  const socket = new WebSocket(url, dialect.protocol, { perMessageDeflate: false });
  const inbox = new Inbox();
  socket.on('message', (message: Buffer, isBinary) => {
    const output = dialect.output(message, isBinary);
    if (output !== null) inbox.push(typeof output === 'string' ? Buffer.from(output) : output);
  });
  socket.on('error', () => undefined);
  await once(socket, 'open');
  if (dialect.hello !== undefined) socket.send(dialect.hello);
  return {
    write: (data) => socket.send(dialect.input(Buffer.from(data).toString('latin1'))),
    onData: inbox.onData,
    close: () => Promise.resolve(socket.terminate()),
  };
}
