import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import { background } from '../background';
import { Connections } from './connections';
import { HttpRefusal, refuse } from './refusal';
import type { Upgrade } from './upgrade';
import { onUpgrade } from './upgrade';

export interface PeerLimits {
  /** From the first byte of a connection or a request to the end of its headers. */
  headersTimeoutMs: number;
  /** To the end of a request's body; 0 where those who read bodies see to it. */
  requestTimeoutMs: number;
  /** Connections that have not proved who they are. */
  maxStrangers: number;
}

/** For servers whose peers are others of this project, or a cluster's: few connect without being known soon after. */
const NEIGHBOURS: PeerLimits = { headersTimeoutMs: 10_000, requestTimeoutMs: 0, maxStrangers: 64 };
const CHECK_INTERVAL_MS = 2000;

export interface Answers {
  answer: (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;
  /** WebSocket handshakes; absent where there are none. */
  upgrade?: Upgrade;
  /** Hears of errors that no peer should be able to cause. */
  failed: (error: unknown) => void;
}

/**
 * An HTTP server at which a peer can fail only its own request. Whatever is thrown while it is answered, or happens to its
 * connection, stays in here.
 */
export function guardedServer(answers: Answers, limits = NEIGHBOURS): { http: Server; connections: Connections } {
  const http = createServer(
    {
      headersTimeout: limits.headersTimeoutMs,
      requestTimeout: limits.requestTimeoutMs,
      connectionsCheckingInterval: CHECK_INTERVAL_MS,
    },
    (request, response) => background('http-request', answer(answers, request, response)),
  );
  // Also after it listens: taking a connection may fail for want of descriptors.
  http.on('error', answers.failed);
  if (answers.upgrade !== undefined) onUpgrade(http, answers.upgrade, answers.failed);
  return { http, connections: new Connections(http, limits.maxStrangers) };
}

/** Never rejects. */
async function answer(answers: Answers, request: IncomingMessage, response: ServerResponse): Promise<void> {
  response.on('error', () => response.destroy());
  try {
    await answers.answer(request, response);
  } catch (error) {
    // Who has broken off is the only one to know why.
    if (request.socket.destroyed) return;
    if (!(error instanceof HttpRefusal)) answers.failed(error);
    if (response.headersSent) return void response.destroy();
    refuse(request, response, error instanceof HttpRefusal ? error : internalError);
  }
}

const internalError = new HttpRefusal(
  500,
  'internal',
  'The request could not be answered. The log of this server says why.',
);
