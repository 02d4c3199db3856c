import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import { background } from '../background';
import { Connections } from './connections';
import { HttpRefusal, refuse } from './refusal';
import { answerUnreadable } from './unreadable';
import type { AnswerHeaders, Upgrade } from './upgrade';
import { onUpgrade } from './upgrade';

export interface PeerLimits {
  /** From the first byte of a connection or a request to the end of its headers. */
  headersTimeoutMs: number;
  /** To the end of a request's body; 0 where those who read bodies see to it. */
  requestTimeoutMs: number;
  /** Connections that have not proved who they are. */
  maxStrangers: number;
  /** How long a connection waits for its next request. */
  keepAliveTimeoutMs: number;
}

/** For servers whose peers are others of this project, or a cluster's: few connect without being known soon after. */
const NEIGHBOURS: PeerLimits = {
  headersTimeoutMs: 10_000,
  requestTimeoutMs: 0,
  maxStrangers: 64,
  keepAliveTimeoutMs: 5000,
};
const CHECK_INTERVAL_MS = 2000;

export interface Answers {
  /** None if absent. */
  headers?: AnswerHeaders;
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
  const headers: AnswerHeaders = answers.headers ?? (() => ({}));
  const take = (request: IncomingMessage, response: ServerResponse, refusal: HttpRefusal | null) =>
    background('http-request', answer(answers, headers(request), request, response, refusal));
  const http = createServer(
    {
      headersTimeout: limits.headersTimeoutMs,
      requestTimeout: limits.requestTimeoutMs,
      // May be longer than headersTimeout, which counts from the first byte of a request.
      keepAliveTimeout: limits.keepAliveTimeoutMs,
      connectionsCheckingInterval: CHECK_INTERVAL_MS,
      // What Node.js answers by itself has no headers of ours.
      requireHostHeader: false,
    },
    (request, response) => take(request, response, isHostless(request) ? noHost : null),
  );
  http.on('checkExpectation', (request, response) => take(request, response, unknownExpectation));
  answerUnreadable(http, headers);
  // Also after it listens: taking a connection may fail for want of descriptors.
  http.on('error', answers.failed);
  if (answers.upgrade !== undefined) onUpgrade(http, answers.upgrade, headers, answers.failed);
  return { http, connections: new Connections(http, limits.maxStrangers) };
}

/** Never rejects. */
async function answer(
  answers: Answers,
  headers: ReturnType<AnswerHeaders>,
  request: IncomingMessage,
  response: ServerResponse,
  refusal: HttpRefusal | null,
): Promise<void> {
  response.on('error', () => response.destroy());
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  try {
    if (refusal !== null) throw refusal;
    await answers.answer(request, response);
  } catch (error) {
    // Who has broken off is the only one to know why.
    if (request.socket.destroyed) return;
    if (!(error instanceof HttpRefusal)) answers.failed(error);
    if (response.headersSent) return void response.destroy();
    refuse(request, response, error instanceof HttpRefusal ? error : internalError);
  }
}

/** RFC 9112 §3.2 */
const isHostless = ({ httpVersion, headers }: IncomingMessage) => httpVersion === '1.1' && headers.host === undefined;
const noHost = new HttpRefusal(400, 'no-host', 'The request does not say which host it is for.');
const unknownExpectation = new HttpRefusal(
  417,
  'unknown-expectation',
  'The only expectation that is met is 100-continue.',
);

const internalError = new HttpRefusal(
  500,
  'internal',
  'The request could not be answered. The log of this server says why.',
);
