import { once } from 'node:events';
import type { IncomingHttpHeaders, IncomingMessage, Server, ServerResponse } from 'node:http';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { AddressInfo } from 'node:net';
import { pipeline } from 'node:stream/promises';
import type { Connections } from '@claude-webui/protocol/http';
import { forwardedAnswerFields, forwardedRequestFields, guardedServer } from '@claude-webui/protocol/http';
import type { Access } from '../auth/access';
import type { Authority } from '../auth/authority';
import type { Tokens } from '../auth/tokens';
import { AppError } from '../errors';
import { REQUEST_ID_HEADER, requestIdOf } from '../http/request-id';
import type { Logger } from '../log';
import { markModelCall } from '../runner-link/model-call';
import type { Credential } from '../secrets/shapes';
import type { SessionDirectory, SessionRecord } from '../sessions/directory';

const PREFIX = '/llm';
const OUR_ID = REQUEST_ID_HEADER.toLowerCase();
/** In the log, of a call that one side did not wait for; nginx's. */
const BROKEN_OFF = 499;
/** Every session's CLI may open some connections before it calls. A call may take its time to arrive. */
const SESSIONS = { headersTimeoutMs: 60_000, requestTimeoutMs: 300_000, maxStrangers: 2000, keepAliveTimeoutMs: 5000 };
/** The provider's interface, as far as the CLI uses it. */
const PERMITTED_PATH = /^\/(?:v1|api)\/[\w./-]*$/;
/** What names the caller or says who pays. */
const WITHHELD = ['host', 'authorization', 'x-api-key', 'cookie'];

export interface ModelProxyOptions {
  /** Address to listen on. */
  host: string;
  /** 0 for any. */
  port: number;
  /** Where sessions find it, without a trailing slash; null: at `host`. */
  url: string | null;
  upstream: string;
  /** Who pays, as the provider wants to be shown it, now; null: nobody, and sessions sign in by themselves. */
  credential: () => Credential | null;
}

/**
 * The way from a session's CLI to the model provider. A session has a token that is worth nothing elsewhere; the key is
 * put in here, and never enters a session.
 */
export class ModelProxy {
  private readonly server: Server;
  private readonly connections: Connections;

  constructor(
    private readonly options: ModelProxyOptions,
    private readonly tokens: Tokens,
    private readonly authority: Authority,
    private readonly directory: Pick<SessionDirectory, 'get'>,
    private readonly log: Logger,
  ) {
    ({ http: this.server, connections: this.connections } = guardedServer(
      {
        headers: (request) => (request === null ? {} : { [REQUEST_ID_HEADER]: requestIdOf(request) }),
        answer: (request, response) => this.forward(request, response),
        failed: (error) => log.error({ err: error }, 'a model call could not be answered'),
      },
      SESSIONS,
    ));
  }

  async listen(): Promise<void> {
    const listening = once(this.server, 'listening');
    this.server.listen(this.options.port, this.options.host);
    await listening.catch((error: unknown) => {
      const taken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
      throw taken
        ? new Error(`Port ${this.options.port} is taken. Stop what uses it, or set INTERNAL_PORT to another.`)
        : error;
    });
  }

  /** What a session's CLI is told; nothing when there is no key to pay with. */
  environment(sessionId: string): Record<string, string> {
    if (this.options.credential() === null) return {};
    const { port } = this.server.address() as AddressInfo;
    const url = this.options.url ?? `http://${this.options.host}:${port}`;
    return {
      ANTHROPIC_BASE_URL: url + PREFIX,
      ANTHROPIC_AUTH_TOKEN: this.tokens.issueModel(sessionId),
    };
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.server.close(resolve));
    this.connections.destroy();
    await closed;
  }

  private async forward(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url?.startsWith(PREFIX) === true ? request.url.slice(PREFIX.length) : '';
    const [pathname = ''] = path.split('?');
    if (!PERMITTED_PATH.test(pathname) || pathname.includes('..'))
      return refuse(response, 404, 'not_found_error', 'Not here.');
    const record = await this.sessionOf(request.headers);
    if (record === 'unknown') return refuse(response, 503, 'api_error', 'The server cannot look the session up now.');
    if (record === null) {
      return refuse(response, 401, 'authentication_error', 'This token is not one of a running session.');
    }
    const access = this.authority.owner(record);
    if (!access.stillHolds())
      return refuse(response, 403, 'permission_error', "This session's owner may not use it any more.");
    this.connections.trust(request.socket);
    const unmark = markModelCall(record);
    const startedAt = performance.now();
    const subjects = { requestId: requestIdOf(request), sessionId: record.id, userId: record.owner };
    try {
      await this.exchange(path, request, response, access);
    } catch (error) {
      this.log.warn({ ...subjects, err: error }, 'model call failed');
      refuse(response, 502, 'api_error', 'The model provider cannot be reached from the server.');
    } finally {
      unmark();
      const status = response.writableFinished ? response.statusCode : BROKEN_OFF;
      this.log.info({ ...subjects, status, ms: Math.round(performance.now() - startedAt) }, 'model call');
    }
  }

  /** The session that calls; null for none, `unknown` while the directory is away. */
  private async sessionOf(headers: IncomingHttpHeaders): Promise<SessionRecord | 'unknown' | null> {
    const key = headers['x-api-key'];
    const token = /^Bearer (.+)$/.exec(headers.authorization ?? '')?.[1] ?? (typeof key === 'string' ? key : '');
    try {
      const record = await this.directory.get(this.tokens.verifyModel(token));
      return record?.state === 'ended' ? null : record;
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      return error.code === 'not-ready' ? 'unknown' : null;
    }
  }

  /** Streams the call up and the answer down. Either side's going ends the other's, and so does the end of the owner's access. */
  private async exchange(
    path: string,
    request: IncomingMessage,
    response: ServerResponse,
    access: Access,
  ): Promise<void> {
    const credential = this.options.credential();
    if (credential === null) return refuse(response, 503, 'api_error', 'The server has no key for the model provider.');
    const url = new URL(this.options.upstream.replace(/\/$/, '') + path);
    const upstream = (url.protocol === 'https:' ? httpsRequest : httpRequest)(url, {
      method: request.method,
      headers: {
        ...forwardedRequestFields(request.headers, WITHHELD),
        [OUR_ID]: requestIdOf(request),
        ...payment(credential),
      },
    });
    const gone = new AbortController();
    response.once('close', () => {
      gone.abort();
      upstream.destroy();
    });
    if (response.closed) gone.abort();
    access.whileNotWithdrawn(gone.signal).addEventListener('abort', () => response.destroy());
    const answered = new Promise<IncomingMessage>((resolve, reject) => {
      upstream.once('response', resolve);
      upstream.once('error', reject);
    });
    pipeline(request, upstream).catch(() => undefined);
    const answer = await answered;
    // The provider's name for it is in its `request-id`; this header is ours.
    response.writeHead(answer.statusCode ?? 502, forwardedAnswerFields(answer.headers, [OUR_ID]));
    // The first event of a stream is small, and the person waits for it.
    response.flushHeaders();
    await pipeline(answer, response).catch(() => response.destroy());
  }
}

function payment({ kind, value }: Credential): Record<string, string> {
  return kind === 'api-key' ? { 'x-api-key': value } : { authorization: `Bearer ${value}` };
}

/** An error in the provider's own form, which the CLI can show. */
function refuse(response: ServerResponse, status: number, type: string, message: string): void {
  if (response.headersSent || response.destroyed) return void response.destroy();
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ type: 'error', error: { type, message } }));
}
