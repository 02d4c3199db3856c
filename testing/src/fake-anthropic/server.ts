/** A stand-in for the Anthropic Messages API on loopback, for tests and for trying things out without a key. */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { Answer, ErrorAnswer, MessageAnswer } from './answer';
import { error } from './answer';
import { errorBody, message, messageEvents, promptTokens } from './event-stream';
import type { MessagesRequest } from './messages-request';
import { parseMessagesRequest } from './messages-request';
import { scriptedAnswer } from './script';

export interface FakeAnthropicOptions {
  /** 0, the default, takes any free port. */
  port?: number;
  /** Where to listen; loopback without it. */
  host?: string;
  /** If given, only this API key or bearer token is let in; else any is. */
  key?: string;
}

export interface FakeAnthropic {
  /** For `ANTHROPIC_BASE_URL`. */
  url: string;
  /** What was asked, oldest first; only the last `MAX_REQUESTS_KEPT`. */
  requests: readonly ReceivedRequest[];
  /** The next calls of `/v1/messages` get these answers, before the script is asked. */
  queue(...answers: Answer[]): void;
  /** Ends streams in mid-answer too. */
  close(): Promise<void>;
}

export interface ReceivedRequest {
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  /** The parsed body of a call of `/v1/messages`. */
  messages: MessagesRequest | null;
  /** Set once the answer is over: whether the caller got all of it. */
  outcome: 'answered' | 'aborted' | null;
}

export const MAX_REQUESTS_KEPT = 200;
/** What the real one takes. */
const MAX_BODY_BYTES = 32 * 1024 * 1024;

/** @returns once it listens */
export async function startFakeAnthropic({
  port = 0,
  host = '127.0.0.1',
  key,
}: FakeAnthropicOptions = {}): Promise<FakeAnthropic> {
  const requests: ReceivedRequest[] = [];
  const queued: Answer[] = [];
  const server = createServer((req, res) => {
    const received: ReceivedRequest = {
      method: req.method ?? '',
      path: new URL(req.url ?? '/', 'http://localhost').pathname,
      headers: req.headers,
      messages: null,
      outcome: null,
    };
    requests.push(received);
    if (requests.length > MAX_REQUESTS_KEPT) requests.shift();
    res.once('close', () => (received.outcome = res.writableFinished ? 'answered' : 'aborted'));
    decide(req, received)
      .then((reply) => send(res, reply))
      .catch(() => res.destroy());
  });

  /** What to say to a call. */
  async function decide(req: IncomingMessage, received: ReceivedRequest): Promise<Reply> {
    const { method, path, headers } = received;
    if (path === '/api/hello') return { status: 200, body: {} };
    if (method !== 'POST' || !/^\/v1\/messages(\/count_tokens)?$/.test(path)) return refusal(error(404));
    if (!admitted(headers, key)) return refusal(error(401));
    const body = await readBody(req);
    if (body === null) return refusal(error(413));
    const request = parseMessagesRequest(parseJson(body));
    if (typeof request === 'string') return refusal(error(400, request));
    received.messages = request;
    if (path.endsWith('/count_tokens')) return { status: 200, body: { input_tokens: promptTokens(request) } };
    const answer = queued.shift() ?? scriptedAnswer(request);
    return answer.kind === 'error' ? refusal(answer) : { request, answer };
  }

  server.listen(port, host);
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('a TCP server has a port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    requests,
    queue: (...answers) => void queued.push(...answers),
    close: async () => {
      server.closeAllConnections();
      if (server.listening) await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A body as it is, or a message of the model's. */
type Reply = { status: number; body: object } | { request: MessagesRequest; answer: MessageAnswer };

const refusal = (answer: ErrorAnswer): Reply => ({ status: answer.status, body: errorBody(answer) });

async function send(res: ServerResponse, reply: Reply): Promise<void> {
  const id = randomBytes(12).toString('hex');
  res.setHeader('request-id', `req_${id}`);
  if ('body' in reply) {
    sendJson(res, reply.status, reply.body);
    return;
  }
  const { request, answer } = reply;
  const gone = new AbortController();
  res.once('close', () => gone.abort());
  if (answer.delayMs > 0) await delay(answer.delayMs, undefined, gone);
  if (!request.stream) {
    sendJson(res, 200, message(id, request, answer));
    return;
  }
  res.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache' });
  for (const { delayMs, data } of messageEvents(id, request, answer)) {
    if (delayMs > 0) await delay(delayMs, undefined, gone);
    res.write(`event: ${data.type}\ndata: ${JSON.stringify(data)}\n\n`);
    if (res.writableNeedDrain) await once(res, 'drain', gone);
  }
  res.end();
}

function sendJson(res: ServerResponse, status: number, body: object): void {
  // Claude Code tries again on its own; without this it would wait for longer than a test does.
  if (status === 429 || status >= 500) res.setHeader('retry-after', '1');
  res.writeHead(status, { 'content-type': 'application/json' });
  res.end(JSON.stringify(body));
}

function admitted(headers: IncomingHttpHeaders, key: string | undefined): boolean {
  const given = headers['x-api-key'] ?? headers.authorization?.replace(/^Bearer /, '');
  return key === undefined ? given !== undefined : given === key;
}

/** @returns null if it is larger than `MAX_BODY_BYTES` */
async function readBody(req: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of req.iterator({ destroyOnReturn: false })) {
    if (!Buffer.isBuffer(chunk)) continue;
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return null;
  }
}
