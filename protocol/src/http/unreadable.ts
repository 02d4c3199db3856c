import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import type { AnswerHeaders } from './upgrade';
import { refuseRaw } from './upgrade';

/** What Node.js's parser says, and the status of each; 400 for the rest. */
const STATUSES: Partial<Record<string, number>> = {
  HPE_HEADER_OVERFLOW: 431,
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 413,
  ERR_HTTP_REQUEST_TIMEOUT: 408,
};

/** Answers what cannot be parsed as Node.js would by itself, but with the headers of every other answer. */
export function answerUnreadable(server: Server, headers: AnswerHeaders): void {
  /** The answer that is being given on a connection: nothing may be written into the middle of it. */
  const answers = new WeakMap<Socket, ServerResponse>();
  server.prependListener('request', ({ socket }: IncomingMessage, response: ServerResponse) => {
    answers.set(socket, response);
    // What is in a WeakMap outlives V8's quick collections, and with it everything of its request: tens of MB when thousands come.
    response.once('close', () => {
      if (answers.get(socket) === response) answers.delete(socket);
    });
  });
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    if (!(socket instanceof Socket)) return void socket.destroy(error);
    const response = answers.get(socket);
    const isInAnswer = response !== undefined && response.headersSent && !response.writableFinished;
    if (!socket.writable || isInAnswer) return void socket.destroy(error);
    // Listening for errors was the parser's.
    socket.on('error', () => socket.destroy());
    refuseRaw(socket, { status: STATUSES[error.code ?? ''] ?? 400 }, headers(null));
  });
}
