import type { IncomingMessage, Server as HttpServer } from 'node:http';
import type { StatusCode } from '@claude-webui/protocol';
import { HEARTBEAT_INTERVAL_SECONDS, MAX_MESSAGE_BYTES, STATUS_SENTENCES, packetParser } from '@claude-webui/protocol';
import { Server } from 'socket.io';
import * as parser from 'socket.io-parser';
import type { Revocations } from '../auth/revocations';
import type { Tokens } from '../auth/tokens';
import { AppError } from '../errors';
import type { Logger } from '../log';
import type { Metrics } from '../metrics/metrics';
import { sessionInfo } from '../sessions/sessions';
import type { Sessions } from '../sessions/sessions';
import { watchCredential } from './credential-watch';
import { parseHandshake } from './handshake';
import { probeLatency } from './latency-probe';
import { TerminalSocket } from './terminal-socket';
import type { ClientSocket, Identity, SocketData, TerminalServer } from './types';
import { closeSocket } from './types';

export interface SocketServerParts {
  tokens: Tokens;
  revocations: Revocations;
  sessions: Sessions;
  metrics: Metrics;
  log: Logger;
  /** Whether a page from this origin may connect (RFC 6455 §10.2: browsers let any page try). */
  originAllowed: (request: IncomingMessage) => boolean;
}

const ADMINISTRATORS = 'administrators';
const roomOf = (userId: string) => `user:${userId}`;

/** Socket.IO on the gateway's HTTP server: terminals, and lists of sessions that follow what happens. */
export class SocketServer {
  private readonly io: TerminalServer;
  private readonly unsubscribe: () => void;

  constructor(
    http: HttpServer,
    private readonly parts: SocketServerParts,
  ) {
    this.io = new Server(http, {
      path: '/socket.io/',
      serveClient: false,
      transports: ['websocket', 'polling'],
      parser: packetParser(parser),
      // Terminal bytes are short or many; compressing them costs more than it saves, and delays Ctrl-C by seconds.
      perMessageDeflate: false,
      httpCompression: false,
      maxHttpBufferSize: MAX_MESSAGE_BYTES,
      pingInterval: HEARTBEAT_INTERVAL_SECONDS * 1000,
      pingTimeout: HEARTBEAT_INTERVAL_SECONDS * 1000,
      allowRequest: (request, decide) => decide(null, parts.originAllowed(request)),
    });
    this.io.use((socket, next) => {
      this.identify(socket).then(
        (data) => {
          socket.data = data;
          next();
        },
        (error: unknown) => next(this.refusal(error)),
      );
    });
    this.io.on('connection', (socket) => this.connected(socket));
    this.unsubscribe = parts.sessions.subscribe((record) => {
      this.io.to(roomOf(record.owner)).to(ADMINISTRATORS).emit('session', sessionInfo(record));
    });
  }

  /** Tells every client that the server goes, and lets them go. The HTTP server stays its owner's to close. */
  async close(reason: StatusCode): Promise<void> {
    this.unsubscribe();
    for (const socket of await this.io.fetchSockets()) socket.emit('status', { state: 'closed', reason });
    this.io.disconnectSockets(true);
    this.io.engine.close();
  }

  private async identify(socket: ClientSocket): Promise<SocketData> {
    const handshake = parseHandshake(socket.handshake.auth);
    if (handshake === null) throw new AppError('unauthorized');
    return { identity: await this.identityOf(handshake), handshake };
  }

  private async identityOf({
    token,
    share,
  }: {
    token?: string | undefined;
    share?: string | undefined;
  }): Promise<Identity> {
    if (token !== undefined) return { kind: 'person', claims: this.parts.tokens.verifyAccess(token) };
    if (share === undefined) throw new AppError('unauthorized');
    const found = await this.parts.sessions.findShare(share);
    if (found === null) throw new AppError('share-ended');
    const expiresAt = Date.parse(found.share.expiresAt);
    return { kind: 'guest', shareId: found.share.id, expiresAt, record: found.record };
  }

  /** The error of a refused handshake, with its code in `data` (Socket.IO passes that on to `connect_error`). */
  private refusal(error: unknown): Error {
    const code = error instanceof AppError ? error.code : 'not-ready';
    if (!(error instanceof AppError)) this.parts.log.error({ err: error }, 'handshake failed');
    this.parts.metrics.authFailures.inc({ reason: code });
    const message = code in STATUS_SENTENCES ? STATUS_SENTENCES[code as StatusCode] : STATUS_SENTENCES.unauthorized;
    return Object.assign(new Error(message), { data: { code, message } });
  }

  private connected(socket: ClientSocket): void {
    const { metrics, sessions, log } = this.parts;
    const { identity, handshake } = socket.data;
    metrics.wsConnections.inc({ state: 'open' });
    socket.once('disconnect', () => metrics.wsConnections.dec({ state: 'open' }));
    socket.onAny((event: string) => metrics.wsMessages.inc({ type: KNOWN_EVENTS.has(event) ? event : 'unknown' }));
    socket.onAnyOutgoing((event: string) => metrics.wsMessages.inc({ type: event }));
    watchCredential(socket, this.parts);
    probeLatency(socket, metrics);
    if (handshake.mode !== 'watch') void new TerminalSocket(socket, sessions, metrics, log).open();
    else if (identity.kind === 'person') void this.followList(socket, identity.claims);
    else closeSocket(socket, 'forbidden');
  }

  private async followList(
    socket: ClientSocket,
    { sub: id, role }: { sub: string; role: 'viewer' | 'user' | 'admin' },
  ) {
    await socket.join(role === 'admin' ? [roomOf(id), ADMINISTRATORS] : roomOf(id));
    for (const record of await this.parts.sessions.list({ id, role }, true))
      socket.emit('session', sessionInfo(record));
  }
}

/** Names of events come from outside, and each would be a series of its own. */
const KNOWN_EVENTS: ReadonlySet<string> = new Set(['input', 'resize', 'ack', 'take-over', 'authenticate']);
