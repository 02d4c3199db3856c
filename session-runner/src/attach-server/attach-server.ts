import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { RunnerScope, SessionSpec } from '@claude-webui/protocol';
import {
  ATTACH_PATH,
  BIND_PATH,
  CONTROL_PATH,
  FrameError,
  HEARTBEAT_INTERVAL_SECONDS,
  INPUT_HEADER_BYTES,
  MAX_INPUT_PAYLOAD_BYTES,
  MODEL_CALL_PATH,
  WORKSPACE_PATH,
  decodeClientFrame,
  encodeRunnerFrame,
} from '@claude-webui/protocol';
import type { Connections } from '@claude-webui/protocol/http';
import { HttpRefusal, guardedServer, readBody, requestTarget } from '@claude-webui/protocol/http';
import type { RawData, WebSocket } from 'ws';
import { WebSocketServer } from 'ws';
import { parseAttachQuery, parseModelCallMark, parseRunnerCommand } from '../config/messages';
import type { WorkspaceServer } from '../files/workspace-server';
import type { Session } from '../session/session';
import type { ControlLinks } from './control-links';
import { scopeOf } from './token';

/** A mark is a few bytes of JSON. */
const MAX_MARK_BYTES = 1024;
/** What a session is told of itself: some environment. */
const MAX_BIND_BYTES = 256 * 1024;

/** For everybody to hear of the end and to go. Milliseconds. */
const CLOSE_TIMEOUT_MS = 5000;

/** RFC 6455 §7.4.1 */
const NORMAL_CLOSURE = 1000;
const GOING_AWAY = 1001;
const POLICY_VIOLATION = 1008;
const INTERNAL_ERROR = 1011;

/** Whom the door leads to. */
export interface Served {
  session: Session;
  control: ControlLinks;
  sessionId: string;
  attachKey: string;
  /** Closed by who opened it. */
  files: WorkspaceServer;
}

/** Makes the runner somebody's (protocol/src/pod.ts). */
export interface Bind {
  /** Whether a bind may come with this `Authorization` header, before its body is read. */
  mayBind(authorization: string | undefined): boolean;
  /** Resolves with an HTTP status. */
  bind(authorization: string | undefined, body: Buffer): Promise<number>;
}

/** A session's door: attaches, gateways that follow it, files of its workspace, word of its model calls (protocol/src/runner-link.ts). */
export class AttachServer {
  private readonly http: Server;
  private readonly connections: Connections;
  private readonly sockets = new WebSocketServer({
    noServer: true,
    // Halves throughput and delays Ctrl-C by seconds.
    perMessageDeflate: false,
    maxPayload: INPUT_HEADER_BYTES + MAX_INPUT_PAYLOAD_BYTES,
  });
  private served: Served | null = null;
  private readonly heartbeat: NodeJS.Timeout;

  /**
   * @param failed hears of errors that cost a peer its request or its connection though it was not to blame
   * @param binding null where the session is known from the start
   */
  constructor(
    private readonly failed: (error: unknown) => void,
    private readonly binding: Bind | null = null,
  ) {
    ({ http: this.http, connections: this.connections } = guardedServer({
      answer: (request, response) => this.answer(request, response),
      upgrade: (request, socket, head) => this.upgrade(request, socket, head),
      failed,
    }));
    this.heartbeat = setInterval(() => this.beat(), HEARTBEAT_INTERVAL_SECONDS * 1000);
    this.heartbeat.unref();
  }

  /** Resolves once it answers. */
  listen(listen: SessionSpec['listen']): Promise<void> {
    return new Promise((resolve, reject) => {
      this.http.once('error', reject);
      this.http.listen('socketPath' in listen ? { path: listen.socketPath } : { port: listen.port }, () => {
        this.http.off('error', reject);
        resolve();
      });
    });
  }

  /** Where it listens; 0 for a socket. */
  get port(): number {
    const address = this.http.address();
    return address === null || typeof address === 'string' ? 0 : address.port;
  }

  /** Opens the door to a session. Until then nobody has a key. */
  serve(served: Served): void {
    this.served = served;
  }

  /** Asks whoever is connected to go, without a word of an end. */
  dismiss(): void {
    for (const webSocket of this.sockets.clients) webSocket.close(GOING_AWAY);
  }

  /** Resolves when every connection has ended; those that take too long are cut off. */
  async close(): Promise<void> {
    clearInterval(this.heartbeat);
    const cut = setTimeout(() => this.connections.destroy(), CLOSE_TIMEOUT_MS);
    await new Promise((resolve) => {
      this.http.close(resolve);
      this.http.closeIdleConnections();
    });
    clearTimeout(cut);
  }

  private scope(request: IncomingMessage): RunnerScope | null {
    if (this.served === null) return null;
    const scope = scopeOf(request.headers.authorization, this.served.sessionId, this.served.attachKey);
    if (scope !== null) this.connections.trust(request.socket);
    return scope;
  }

  private upgrade(request: IncomingMessage, socket: Socket, head: Buffer): void {
    const { pathname, searchParams } = requestTarget(request);
    const { served } = this;
    const scope = this.scope(request);
    if (served === null || scope === null) throw notAuthorized();
    const accept = (then: (webSocket: WebSocket) => void) => {
      socket.setNoDelay(true);
      this.sockets.handleUpgrade(request, socket, head, (webSocket) => {
        this.watch(webSocket);
        then(webSocket);
      });
    };
    if (pathname === CONTROL_PATH && scope === 'control') return accept((webSocket) => this.follow(webSocket, served));
    const query = pathname === ATTACH_PATH ? parseAttachQuery(searchParams) : null;
    if (query === null) throw new HttpRefusal(400, 'bad-attach', 'This is no attach.');
    if (scope !== 'drive' && scope !== 'view') throw notAuthorized();
    if (served.session.isOver) throw new HttpRefusal(410, 'over', 'The session is over.');
    accept((webSocket) => this.attach(webSocket, served.session, { ...query, scope }));
  }

  /** What failed is closed by then; `close` follows. */
  private watch(webSocket: WebSocket): void {
    webSocket.on('error', () => undefined);
    this.alive.add(webSocket);
    webSocket.on('pong', () => this.alive.add(webSocket));
  }

  /** Connections that have answered the last ping, or are new. */
  private readonly alive = new WeakSet<WebSocket>();

  private beat(): void {
    for (const webSocket of this.sockets.clients) {
      if (!this.alive.delete(webSocket)) webSocket.terminate();
      else webSocket.ping();
    }
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname } = requestTarget(request);
    if (pathname === '/healthz') return void response.end('ok');
    if (pathname === BIND_PATH && this.binding !== null && request.method === 'PUT')
      return this.answerBind(this.binding, request, response);
    const scope = this.scope(request);
    if (scope === null) throw notAuthorized();
    if (this.served !== null && scope === 'files' && request.url?.startsWith(`${WORKSPACE_PATH}/`) === true) {
      // As it came: a parsed address has its dot segments resolved.
      return this.served.files.answer(request, response, request.url.slice(WORKSPACE_PATH.length));
    }
    if (pathname === MODEL_CALL_PATH && scope === 'control') {
      const mark = parseModelCallMark((await readBody(request, MAX_MARK_BYTES)).toString('utf8'));
      if (mark === null) throw new HttpRefusal(400, 'bad-mark', 'The body is not a mark of a model call.');
      this.served?.session.modelCall(mark.ttlMs);
      response.writeHead(204).end();
      return;
    }
    throw new HttpRefusal(404, 'not-found', 'There is nothing at this path.');
  }

  private async answerBind(binding: Bind, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { authorization } = request.headers;
    if (!binding.mayBind(authorization))
      throw new HttpRefusal(401, 'unauthorized', 'The token is not a good one for this pod.');
    this.connections.trust(request.socket);
    const body = await readBody(request, MAX_BIND_BYTES);
    response.writeHead(await binding.bind(authorization, body)).end();
  }

  private follow(webSocket: WebSocket, { control, session }: Served): void {
    control.add(webSocket);
    this.onMessage(webSocket, (data) => {
      const command = Buffer.isBuffer(data) ? parseRunnerCommand(data.toString('utf8')) : null;
      if (command === null) return webSocket.close(POLICY_VIOLATION);
      if (command === 'unknown') return;
      session.end(command.reason).catch(this.failed);
    });
  }

  private attach(webSocket: WebSocket, session: Session, request: Parameters<Session['attach']>[0]): void {
    const attachment = session.attach(request, {
      send: (frame) => webSocket.send(frame),
      close: () => webSocket.close(NORMAL_CLOSURE),
    });
    this.onMessage(webSocket, (data) => session.receive(attachment, decodeClientFrame(bytesOf(data))));
    webSocket.on('close', () => session.detach(attachment));
  }

  /** What a message throws costs its sender the connection. */
  private onMessage(webSocket: WebSocket, take: (data: RawData) => void): void {
    webSocket.on('message', (data: RawData) => {
      try {
        take(data);
      } catch (error) {
        if (error instanceof FrameError) {
          webSocket.send(encodeRunnerFrame({ type: 'refused', refused: { code: 'bad-frame' } }));
          return webSocket.close(POLICY_VIOLATION);
        }
        this.failed(error);
        webSocket.close(INTERNAL_ERROR);
      }
    });
  }
}

const notAuthorized = () => new HttpRefusal(401, 'unauthorized', 'The token is not a good one for this session.');

/** With the default `binaryType` a message is one Buffer. */
function bytesOf(data: RawData): Uint8Array {
  if (Buffer.isBuffer(data)) return data;
  throw new FrameError('a message is not one piece');
}
