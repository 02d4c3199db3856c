import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { Socket } from 'node:net';
import type { RunnerScope, SessionSpec } from '@claude-webui/protocol';
import {
  ATTACH_PATH,
  BIND_PATH,
  CONTROL_PATH,
  FILES_PATH,
  FrameError,
  HEARTBEAT_INTERVAL_SECONDS,
  INPUT_HEADER_BYTES,
  MAX_INPUT_PAYLOAD_BYTES,
  MODEL_CALL_PATH,
  decodeClientFrame,
  encodeRunnerFrame,
} from '@claude-webui/protocol';
import type { RawData, WebSocket } from 'ws';
import { WebSocketServer } from 'ws';
import { parseAttachQuery, parseModelCallMark, parseRunnerCommand } from '../config/messages';
import { workspaceFiles } from '../files/workspace-files';
import type { Session } from '../session/session';
import type { ControlLinks } from './control-links';
import { scopeOf } from './token';

/** A mark is a few bytes of JSON. */
const MAX_MARK_BYTES = 1024;
/** What a session is told of itself: some environment. */
const MAX_BIND_BYTES = 256 * 1024;

/** RFC 6455 §7.4.1 */
const GOING_AWAY = 1001;

/** Whom the door leads to. */
export interface Served {
  session: Session;
  control: ControlLinks;
  sessionId: string;
  attachKey: string;
  /** Absolute path. */
  workspace: string;
}

/** Makes the runner somebody's; resolves with an HTTP status (protocol/src/pod.ts). */
export type Bind = (authorization: string | undefined, body: Buffer) => Promise<number>;

/** A session's door: attaches, gateways that follow it, files of its workspace, word of its model calls (protocol/src/runner-link.ts). */
export class AttachServer {
  private readonly http: Server;
  private readonly sockets = new WebSocketServer({
    noServer: true,
    // Halves throughput and delays Ctrl-C by seconds.
    perMessageDeflate: false,
    maxPayload: INPUT_HEADER_BYTES + MAX_INPUT_PAYLOAD_BYTES,
  });
  private files: ReturnType<typeof workspaceFiles> | null = null;
  private served: Served | null = null;
  private readonly heartbeat: NodeJS.Timeout;

  /** @param bind null where the session is known from the start */
  constructor(private readonly bind: Bind | null = null) {
    this.http = createServer((request, response) => void this.answer(request, response));
    this.http.on('upgrade', (request, socket: Socket, head) => this.upgrade(request, socket, head));
    this.heartbeat = setInterval(() => this.beat(), HEARTBEAT_INTERVAL_SECONDS * 1000);
    this.heartbeat.unref();
  }

  /** Resolves once it answers. */
  listen(listen: SessionSpec['listen']): Promise<void> {
    return new Promise((resolve, reject) => {
      this.http.once('error', reject);
      this.http.listen('socketPath' in listen ? { path: listen.socketPath } : { port: listen.port }, resolve);
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
    this.files = workspaceFiles(served.workspace);
  }

  /** Asks whoever is connected to go, without a word of an end. */
  dismiss(): void {
    for (const webSocket of this.sockets.clients) webSocket.close(GOING_AWAY);
  }

  /** Resolves when every connection has ended. */
  async close(): Promise<void> {
    clearInterval(this.heartbeat);
    await new Promise((resolve) => {
      this.http.close(resolve);
      this.http.closeIdleConnections();
    });
  }

  private scope(request: IncomingMessage): RunnerScope | null {
    if (this.served === null) return null;
    return scopeOf(request.headers.authorization, this.served.sessionId, this.served.attachKey);
  }

  private upgrade(request: IncomingMessage, socket: Socket, head: Buffer): void {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://runner');
    const { served } = this;
    const scope = this.scope(request);
    const accept = (then: (webSocket: WebSocket) => void) => {
      socket.setNoDelay(true);
      this.sockets.handleUpgrade(request, socket, head, (webSocket) => {
        this.watch(webSocket);
        then(webSocket);
      });
    };
    if (served === null) return void socket.end('HTTP/1.1 401 Unauthorized\r\n\r\n');
    if (pathname === CONTROL_PATH && scope === 'control') return accept((webSocket) => follow(webSocket, served));
    const query = parseAttachQuery(searchParams);
    if (pathname !== ATTACH_PATH || query === null) return void socket.end('HTTP/1.1 400 Bad Request\r\n\r\n');
    if (scope !== 'drive' && scope !== 'view') return void socket.end('HTTP/1.1 401 Unauthorized\r\n\r\n');
    if (served.session.isOver) return void socket.end('HTTP/1.1 410 Gone\r\n\r\n');
    accept((webSocket) => attach(webSocket, served.session, { ...query, scope }));
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
    const { pathname } = new URL(request.url ?? '/', 'http://runner');
    if (pathname === '/healthz') return void response.end('ok');
    if (pathname === BIND_PATH && this.bind !== null && request.method === 'PUT') {
      const body = await readBody(request, MAX_BIND_BYTES);
      response.writeHead(await this.bind(request.headers.authorization, body)).end();
      return;
    }
    const scope = this.scope(request);
    if (pathname.startsWith(`${FILES_PATH}/`) && scope === 'files' && this.files !== null) {
      return this.files(request, response, pathname.slice(FILES_PATH.length));
    }
    if (pathname === MODEL_CALL_PATH && scope === 'control') {
      const mark = parseModelCallMark((await readBody(request, MAX_MARK_BYTES)).toString('utf8'));
      if (mark !== null) this.served?.session.modelCall(mark.ttlMs);
      response.writeHead(mark === null ? 400 : 204).end();
      return;
    }
    response.writeHead(scope === null ? 401 : 404).end();
  }
}

function follow(webSocket: WebSocket, { control, session }: Served): void {
  control.add(webSocket);
  webSocket.on('message', (data: RawData) => {
    const command = Buffer.isBuffer(data) ? parseRunnerCommand(data.toString('utf8')) : null;
    if (command === null) webSocket.close(1008);
    else void session.end(command.reason);
  });
}

function attach(webSocket: WebSocket, session: Session, request: Parameters<Session['attach']>[0]): void {
  const attachment = session.attach(request, {
    send: (frame) => webSocket.send(frame),
    close: () => webSocket.close(1000),
  });
  webSocket.on('message', (data: RawData) => {
    try {
      session.receive(attachment, decodeClientFrame(bytesOf(data)));
    } catch (error) {
      if (!(error instanceof FrameError)) throw error;
      webSocket.send(encodeRunnerFrame({ type: 'refused', refused: { code: 'bad-frame' } }));
      webSocket.close(1008);
    }
  });
  webSocket.on('close', () => session.detach(attachment));
}

/** With the default `binaryType` a message is one Buffer. */
function bytesOf(data: RawData): Uint8Array {
  if (Buffer.isBuffer(data)) return data;
  throw new FrameError('a message is not one piece');
}

/** The body, or as much as one may have. */
async function readBody(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxBytes) break;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
