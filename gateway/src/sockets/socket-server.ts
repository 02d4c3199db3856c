import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { background } from '@claude-webui/protocol';
import type { Notice, StatusCode } from '@claude-webui/protocol';
import { MAX_MESSAGE_BYTES, STATUS_SENTENCES, after, packetParser } from '@claude-webui/protocol';
import { HttpRefusal, requestTarget } from '@claude-webui/protocol/http';
import { Server as Engine } from 'engine.io';
import type { Socket as EngineSocket } from 'engine.io';
import type { ServerOptions } from 'socket.io';
import { Server } from 'socket.io';
import * as parser from 'socket.io-parser';
import type { AuditTrail } from '../audit/audit';
import type { Authority } from '../auth/authority';
import type { Tokens } from '../auth/tokens';
import { AppError } from '../errors';
import type { Edge } from '../http/edge';
import { requestIdOf } from '../http/request-id';
import type { Logger } from '../log';
import { Tally } from '../limits/tally';
import type { Metrics } from '../metrics/metrics';
import type { Policy } from '../policy/policy';
import { sessionInfo } from '../sessions/sessions';
import type { Links } from '../sessions/links';
import type { Sessions } from '../sessions/sessions';
import { closeLapsed, watchAccess } from './access-watch';
import { Admission } from './admission';
import { ConnectionState } from './connection-state';
import type { ConnectionRefusal } from './admission';
import type { ParsedHandshake } from './handshake';
import { parseHandshake } from './handshake';
import { answerProbes, probeLatency } from './latency-probe';
import { TerminalSocket } from './terminal-socket';
import { TokenBucket } from './token-bucket';
import type { ClientSocket, SocketData, TerminalServer } from './types';
import { about, by, closeSocket, tellToGo } from './types';

export interface SocketServerParts {
  /** What reaches the clients of other gateways; null: there are no others. */
  adapter: ServerOptions['adapter'] | null;
  audit: AuditTrail;
  tokens: Tokens;
  authority: Authority;
  sessions: Sessions;
  links: Links;
  policy: () => Policy;
  metrics: Metrics;
  log: Logger;
  edge: Edge;
  /** Address of the client, as the audit log names it. */
  addressOf: (request: IncomingMessage) => string;
  /** How many connections one address may open in a minute. */
  maxHandshakesPerMinute: number;
  /** What a person is to know whenever they open the page. */
  noticesFor: (personId: string) => readonly Notice[];
}

/** A dead connection on which nobody types is found after both of them: within 20 s. Proxies cut idle ones after 60. Milliseconds. */
const PING_INTERVAL_MS = 10_000;
/** A ping waits behind output that is on its way: 256 KiB take 8 s on a line of 256 kbit/s. Milliseconds. */
const PING_TIMEOUT_MS = 10_000;
/** A client says who it is with its first message. Milliseconds. */
const IDENTIFY_TIMEOUT_MS = 10_000;
/** Connections to this process, of one person or by one link, and to one session: many tabs on many devices. */
const MAX_CONNECTIONS_OF_ONE = 100;
/** A crowd that is refused is logged so often. */
const REFUSALS_LOGGED_PER_SECOND = 0.1;
const ADMINISTRATORS = 'administrators';
/** Who has signed in; notices are not for whoever has a link. */
const PEOPLE = 'people';
/** Who is disabled, or has another role, on whatever replica, is out everywhere soon after. Milliseconds. */
const ACCESS_CHECK_MS = 2000;
/** A client that attaches by another replica goes when it is there: two of its attempts may hang at the edge, for 5 s each. Milliseconds. */
const HANDOVER_MS = 12_000;
const roomOf = (userId: string) => `user:${userId}`;

const PATH = '/socket.io/';
/** Of Engine.IO, as clients say it. */
const PROTOCOL = '4';

/**
 * Socket.IO behind the gateway's HTTP server: terminals, and lists of sessions that follow what happens. Requests are handed to
 * it: its own listeners would leave the sockets of other paths open, and what they throw would end the process.
 */
export class SocketServer {
  private readonly io: TerminalServer;
  private readonly unsubscribe: () => void;
  private readonly accessCheck: NodeJS.Timeout;
  private readonly engine: OpeningsEngine;
  private readonly admission: Admission;
  private readonly connections = new Tally();
  private readonly loggedRefusals = new TokenBucket(REFUSALS_LOGGED_PER_SECOND, 1, performance.now());
  private isDraining = false;

  constructor(private readonly parts: SocketServerParts) {
    this.admission = new Admission(parts.maxHandshakesPerMinute, parts.addressOf, (reason, address) =>
      this.notTaken(reason, address),
    );
    const adapter = parts.adapter === null ? {} : { adapter: parts.adapter };
    this.io = new Server({
      serveClient: false,
      parser: packetParser(parser),
      connectTimeout: IDENTIFY_TIMEOUT_MS,
      ...adapter,
    });
    this.engine = new OpeningsEngine({
      transports: ['websocket', 'polling'],
      // Terminal bytes are short or many; compressing them costs more than it saves, and delays Ctrl-C by seconds.
      perMessageDeflate: false,
      httpCompression: false,
      maxHttpBufferSize: MAX_MESSAGE_BYTES,
      pingInterval: PING_INTERVAL_MS,
      pingTimeout: PING_TIMEOUT_MS,
      allowRequest: (request, decide) => decide(null, this.mayConnect(request)),
    });
    this.engine.on('connection', (connection: EngineSocket) => {
      connection.once('close', () => this.admission.settled(connection.request));
    });
    // Those of an answer that Engine.IO gives itself, such as the 101.
    this.engine.on('headers', (headers: Record<string, string>, request: IncomingMessage) => {
      Object.assign(headers, parts.edge.headers(request));
    });
    this.engine.on('connection_error', ({ req }: { req: IncomingMessage }) => this.admission.settled(req));
    this.io.bind(this.engine);
    this.io.use((socket, next) => {
      this.identify(socket).then(
        (data) => {
          socket.data = data;
          this.admission.settled(socket.request);
          next();
        },
        (error: unknown) => next(this.refusal(socket, error)),
      );
    });
    this.io.on('connection', (socket) => this.connected(socket));
    this.accessCheck = setInterval(() => {
      for (const socket of this.io.sockets.sockets.values()) closeLapsed(socket);
    }, ACCESS_CHECK_MS);
    this.unsubscribe = parts.sessions.subscribe((record) => {
      // Every gateway hears of every session, and tells its own clients.
      this.io.local.to(roomOf(record.owner)).to(ADMINISTRATORS).emit('session', sessionInfo(record));
    });
  }

  /** Whether a request is for here. */
  takes({ url }: IncomingMessage): boolean {
    return url?.startsWith(PATH) === true;
  }

  /** @throws HttpRefusal */
  answer(request: IncomingMessage, response: ServerResponse): void {
    this.assertAllowed(request);
    const opening = this.openingOf(request);
    if (opening === null) this.admission.open(request);
    else this.admission.boundBody(request, opening);
    this.engine.handleRequest(request, response);
  }

  /** @throws HttpRefusal */
  upgrade(request: IncomingMessage, socket: Socket, head: Buffer): void {
    if (requestTarget(request).pathname !== PATH) throw new HttpRefusal(404, 'not-found', 'Nothing to connect to.');
    this.assertAllowed(request);
    const opening = this.openingOf(request);
    if (opening === null) {
      this.admission.open(request);
      socket.once('close', () => this.admission.settled(request));
    }
    this.admission.boundBytes(socket, opening ?? request);
    this.engine.assertUpgrade(request);
    this.engine.handleUpgrade(request, socket, head);
  }

  /** The request that opened the connection to which this one belongs; null if it opens one. */
  private openingOf(request: IncomingMessage): IncomingMessage | null {
    // As Engine.IO reads it: the last one counts.
    const id = requestTarget(request).searchParams.getAll('sid').at(-1);
    if (id === undefined || id === '') return null;
    return this.engine.openingOf(id) ?? request;
  }

  private notTaken(reason: ConnectionRefusal, address: string): void {
    const { metrics, log } = this.parts;
    metrics.wsRefused.inc({ reason });
    const now = performance.now();
    if (this.loggedRefusals.waitMs(now) > 0) return;
    this.loggedRefusals.take(1, now);
    log.warn({ reason, address }, 'connections are refused; app_ws_refused_total counts them');
  }

  /** Tells everybody who has signed in, on all replicas. */
  tell(notice: Notice): void {
    this.io.to(PEOPLE).emit('notice', notice);
  }

  /** Tells one person, on this replica: each hears of the cluster itself. */
  tellPerson(id: string, notice: Notice): void {
    this.io.local.to(roomOf(id)).emit('notice', notice);
  }

  /**
   * Sends every client to another replica, each at its own moment within `spreadMs`, and lets none in any more. Resolves when all
   * have gone; who stays although told is disconnected.
   */
  async drain(spreadMs: number): Promise<void> {
    this.isDraining = true;
    await Promise.all(
      [...this.io.sockets.sockets.values()].map((socket) => sendAway(socket, Math.random() * spreadMs)),
    );
  }

  /** Tells every client that the server goes, and lets them go. The HTTP server stays its owner's to close. */
  close(reason: StatusCode): void {
    clearInterval(this.accessCheck);
    this.unsubscribe();
    for (const socket of this.io.sockets.sockets.values()) closeSocket(socket, reason);
    this.engine.close();
  }

  private async identify(socket: ClientSocket): Promise<SocketData> {
    const handshake = parseHandshake(socket.handshake.auth);
    if (handshake === null) throw new AppError('unauthorized');
    const address = this.parts.addressOf(socket.request);
    const shown = await this.shownBy(handshake, socket.request);
    const { who } = shown.access;
    this.countConnection(socket, who.kind === 'person' ? `person ${who.claims.sub}` : `link ${who.shareId}`);
    const state = new ConnectionState(this.parts.metrics);
    return { ...shown, handshake, address, requestId: requestIdOf(socket.request), state };
  }

  /** @throws AppError too-many-connections */
  private countConnection(socket: ClientSocket, key: string): void {
    if (this.connections.of(key) >= MAX_CONNECTIONS_OF_ONE) {
      this.parts.metrics.wsRefused.inc({ reason: 'connections-of-one' });
      throw new AppError('too-many-connections');
    }
    this.connections.add(key);
    socket.conn.once('close', () => this.connections.remove(key));
  }

  private async shownBy(
    { token, share }: ParsedHandshake,
    request: IncomingMessage,
  ): Promise<Pick<SocketData, 'access' | 'shown'>> {
    if (token !== undefined) return { access: this.parts.tokens.verifyAccess(token), shown: null };
    if (share === undefined) throw new AppError('unauthorized');
    if (!this.admission.mayTryLink(request)) {
      this.parts.metrics.wsRefused.inc({ reason: 'unknown-links' });
      throw new AppError('too-many-attempts');
    }
    try {
      const { access, record: shown } = await this.parts.links.enter(share);
      this.admission.linkIsKnown(request);
      return { access, shown };
    } catch (error) {
      // Where links cannot be looked up, nobody has guessed.
      if (!(error instanceof AppError && error.code === 'share-ended')) this.admission.linkIsKnown(request);
      throw error;
    }
  }

  /** The error of a refused handshake, with its code in `data` (Socket.IO passes that on to `connect_error`). */
  private refusal(socket: ClientSocket, error: unknown): Error {
    const code = error instanceof AppError ? error.code : 'not-ready';
    const requestId = requestIdOf(socket.request);
    if (error instanceof AppError) this.parts.log.info({ requestId, reason: code }, 'handshake refused');
    else this.parts.log.error({ requestId, err: error }, 'handshake failed');
    this.parts.metrics.authFailures.inc({ reason: code });
    if (error instanceof AppError && code !== 'not-ready')
      this.auditRefused('auth.token-refused', socket.request, code);
    const message = code in STATUS_SENTENCES ? STATUS_SENTENCES[code as StatusCode] : STATUS_SENTENCES.unauthorized;
    return Object.assign(new Error(message), { data: { code, message } });
  }

  /** @throws HttpRefusal */
  private assertAllowed(request: IncomingMessage): void {
    try {
      this.parts.edge.assertAllowed(request);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      this.auditRefused('access.refused', request, error.code);
      throw new HttpRefusal(error.status, error.code, error.message);
    }
  }

  private mayConnect(request: IncomingMessage): boolean {
    if (this.isDraining) return false;
    const isAllowed = this.parts.edge.originAllowed(request);
    if (!isAllowed) this.auditRefused('access.refused', request, 'origin-refused');
    return isAllowed;
  }

  private auditRefused(event: 'auth.token-refused' | 'access.refused', request: IncomingMessage, reason: string): void {
    const actor = { kind: 'unknown' as const, address: this.parts.addressOf(request) };
    this.parts.audit.record({ event, actor, requestId: requestIdOf(request), reason });
  }

  private connected(socket: ClientSocket): void {
    const { audit, metrics } = this.parts;
    const { access, handshake } = socket.data;
    const { who, role } = access;
    this.follow(socket);
    socket.onAny((event: string) => metrics.wsMessages.inc({ type: KNOWN_EVENTS.has(event) ? event : 'unknown' }));
    socket.onAnyOutgoing((event: string) => metrics.wsMessages.inc({ type: event }));
    watchAccess(socket, this.parts);
    if (!socket.connected) return;
    if (who.kind === 'person') background('socket-room', Promise.resolve(socket.join(PEOPLE)));
    else audit.record({ event: 'share.used', ...by(socket.data), sessionId: who.sessionId });
    answerProbes(socket);
    probeLatency(socket, metrics);
    const { limits } = this.parts.policy().for(role);
    const admit = (sessionId: string) => this.countConnection(socket, `session ${sessionId}`);
    if (handshake.mode !== 'watch') background('attach', new TerminalSocket(socket, this.parts, limits, admit).open());
    else if (who.kind === 'person') background('session-list', this.followList(socket, who.claims));
    else closeSocket(socket, 'forbidden');
  }

  /** From beginning to end, in the log and in the metrics. */
  private follow(socket: ClientSocket): void {
    const { data, conn } = socket;
    const { log } = this.parts;
    const startedAt = performance.now();
    data.state.become('open');
    conn.once('close', () => data.state.become(null));
    log.info({ ...about(data), mode: data.handshake.mode, transport: conn.transport.name }, 'connected');
    socket.once('disconnect', (reason) => {
      data.state.become('closed');
      const ms = Math.round(performance.now() - startedAt);
      log.info(
        { ...about(data), reason: data.closedFor ?? reason, transport: conn.transport.name, ms },
        'disconnected',
      );
    });
  }

  private async followList(
    socket: ClientSocket,
    { sub: id, role }: { sub: string; role: 'viewer' | 'user' | 'admin' },
  ) {
    const { sessions, log } = this.parts;
    // What changes while the list is read has been told already, and is newer than the list.
    const changed = new Set<string>();
    const unsubscribe = sessions.subscribe((record) => changed.add(record.id));
    try {
      await socket.join(role === 'admin' ? [roomOf(id), ADMINISTRATORS] : roomOf(id));
      for (const record of await sessions.list({ id, role }, true))
        if (!changed.has(record.id)) socket.emit('session', sessionInfo(record));
      socket.emit('listed');
      for (const notice of this.parts.noticesFor(id)) socket.emit('notice', notice);
    } catch (error) {
      log.warn({ ...about(socket.data), err: error }, 'the sessions cannot be listed');
      closeSocket(socket, 'not-ready');
    } finally {
      unsubscribe();
    }
  }
}

class OpeningsEngine extends Engine {
  /** The request that opened a connection. */
  openingOf(id: string): IncomingMessage | undefined {
    const clients: Record<string, EngineSocket> = this.clients;
    return Object.hasOwn(clients, id) ? clients[id]?.request : undefined;
  }

  /** What Engine.IO refuses it refuses without the headers of other answers, and without a length. @throws HttpRefusal */
  assertUpgrade(request: IncomingMessage): void {
    const query = Object.fromEntries(requestTarget(request).searchParams);
    const isOpening = query['sid'] === undefined || query['sid'] === '';
    if (isOpening && query['EIO'] !== PROTOCOL)
      throw new HttpRefusal(400, 'bad-handshake', 'Engine.IO 4 is spoken here.');
    this.verify(Object.assign(request, { _query: query }), true, (code) => {
      if (code === undefined) return;
      const status = code === Engine.errors.FORBIDDEN ? 403 : 400;
      throw new HttpRefusal(status, 'bad-handshake', 'This is no handshake of Socket.IO.');
    });
  }
}

async function sendAway(socket: ClientSocket, afterMs: number): Promise<void> {
  const gone = new Promise<void>((resolve) => socket.once('disconnect', () => resolve()));
  const tellNoMore = after(afterMs, () => {
    tellToGo(socket, 'draining');
  });
  // Who follows a list misses nothing meanwhile: the next replica tells all of it.
  const handOverMs = socket.data.handshake.mode === 'watch' ? 0 : HANDOVER_MS;
  const endNoMore = after(afterMs + handOverMs, () => socket.disconnect(true));
  if (socket.connected) await gone;
  tellNoMore();
  endNoMore();
}

/** Names of events come from outside, and each would be a series of its own. */
const KNOWN_EVENTS: ReadonlySet<string> = new Set(['input', 'resize', 'ack', 'take-over', 'probe', 'authenticate']);
