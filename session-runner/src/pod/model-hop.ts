import { once } from 'node:events';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { Agent, request as httpRequest } from 'node:http';
import { Agent as SecureAgent, request as httpsRequest } from 'node:https';
import type { AddressInfo } from 'node:net';
import { pipeline } from 'node:stream/promises';
import type { Connections } from '@claude-webui/protocol/http';
import {
  forwardedAnswerFields,
  forwardedRequestFields,
  guardedServer,
  requestTarget,
} from '@claude-webui/protocol/http';

/** Where model calls go, and the session's token for them. */
export interface ModelAccess {
  url: string;
  token: string;
}

/** What the CLI shows in the place of a token. */
export const PLACEHOLDER_TOKEN = 'held-by-the-session-runner';

/** The CLI and its agents have a few each; what else runs in the session may not take all descriptors of the runner. */
const MAX_CONNECTIONS = 256;

/** What names the caller: the hop has its own. */
const WITHHELD = ['host', 'authorization', 'x-api-key'];

/**
 * The first hop of the CLI's model calls, on loopback. The CLI starts before anybody knows whose it will be, and asks for its
 * token then (docs/decisions/0013-model-calls-through-the-runner.md); so the runner has the token, and adds it.
 */
export class ModelHop {
  private readonly server: Server;
  private readonly connections: Connections;
  private readonly agents = { http: new Agent({ keepAlive: true }), https: new SecureAgent({ keepAlive: true }) };
  private access: ModelAccess | null = null;

  constructor(failed: (error: unknown) => void) {
    ({ http: this.server, connections: this.connections } = guardedServer({
      answer: (request, response) => this.forward(request, response),
      failed,
    }));
    this.server.maxConnections = MAX_CONNECTIONS;
  }

  /** Resolves with its address, for `ANTHROPIC_BASE_URL`. */
  async listen(): Promise<string> {
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Calls go there from now on. */
  use(access: ModelAccess): void {
    this.access = access;
  }

  close(): void {
    this.server.close();
    this.connections.destroy();
    this.agents.http.destroy();
    this.agents.https.destroy();
  }

  private async forward(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, search } = requestTarget(request);
    const { access } = this;
    if (access === null) return refuse(response, 503, 'This session is not bound yet.');
    this.connections.trust(request.socket);
    try {
      await this.exchange(access, pathname + search, request, response);
    } catch {
      refuse(response, 502, 'The server that model calls go through cannot be reached.');
    }
  }

  /** Streams the call up and the answer down. Either side's going ends the other's. */
  private async exchange(access: ModelAccess, path: string, from: IncomingMessage, to: ServerResponse): Promise<void> {
    const { protocol, hostname, port, pathname } = new URL(access.url);
    const isSecure = protocol === 'https:';
    const upstream = (isSecure ? httpsRequest : httpRequest)({
      agent: isSecure ? this.agents.https : this.agents.http,
      hostname,
      port,
      path: pathname.replace(/\/$/, '') + path,
      method: from.method,
      headers: { ...forwardedRequestFields(from.headers, WITHHELD), authorization: `Bearer ${access.token}` },
    });
    to.once('close', () => upstream.destroy());
    const answered = new Promise<IncomingMessage>((resolve, reject) => {
      upstream.once('response', resolve);
      upstream.on('error', reject);
    });
    pipeline(from, upstream).catch(() => undefined);
    const answer = await answered;
    to.writeHead(answer.statusCode ?? 502, forwardedAnswerFields(answer.headers));
    to.flushHeaders();
    await pipeline(answer, to).catch(() => to.destroy());
  }
}

/** An error in the provider's own form, which the CLI can show. */
function refuse(response: ServerResponse, status: number, message: string): void {
  if (response.headersSent || response.destroyed) return void response.destroy();
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ type: 'error', error: { type: 'api_error', message } }));
}
