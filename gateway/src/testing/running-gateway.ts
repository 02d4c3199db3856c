/** A gateway for tests, with a plain program in its sessions, and clients that come over its real socket. */
import { randomUUID } from 'node:crypto';
import type { RequestListener, Server } from 'node:http';
import type { AddressInfo, Socket as NetSocket } from 'node:net';
import type {
  Attached,
  ClientFrame,
  Handshake,
  HandshakeRefusal,
  Notice,
  DecodedRunnerFrame,
  RunnerFrame,
  ServerToClientEvents,
} from '@claude-webui/protocol';
import { decodeRunnerFrame, encodeClientFrame, frameOf, packetParser } from '@claude-webui/protocol';
import type { Socket } from 'socket.io-client';
import { io } from 'socket.io-client';
import * as parser from 'socket.io-parser';
import { Keyset } from '../auth/keyset';
import type { Standing } from '../auth/standing';
import type { Subject } from '../auth/claims';
import { Tokens } from '../auth/tokens';
import { MemoryLinks } from '../sessions/link-store';
import { Links } from '../sessions/links';
import { Edge } from '../http/edge';
import { publicServer } from '../http/public-server';
import { createLogger } from '../log';
import { Policy } from '../policy/policy';
import { SocketServer } from '../sockets/socket-server';
import { EVERYBODY, authorityOf } from './authority';
import type { LocalSessionsOptions } from './local-sessions';
import { LocalSessions } from './local-sessions';

export const SECRET = 'a secret of more than 32 characters for tests';
export const PERSON: Subject = { id: 'alice', username: 'alice', role: 'user' };
export const STRANGER: Subject = { id: 'bob', username: 'bob', role: 'user' };
export const BOSS: Subject = { id: 'root', username: 'root', role: 'admin' };

type Status = Parameters<ServerToClientEvents['status']>[0];

export interface RunningGatewayOptions extends LocalSessionsOptions {
  accessSeconds?: number;
  standing?: Standing;
  maxHandshakesPerMinute?: number;
  noticesFor?: (personId: string) => readonly Notice[];
  /** Takes the lines of the sockets' log. */
  logged?: (line: string) => void;
}

/** Sockets, sessions and tokens wired together; what has no part in them (sign-in, REST) is left out. */
export class RunningGateway {
  readonly local: LocalSessions;
  readonly tokens: Tokens;
  readonly links: Links;
  private readonly http: Server;
  private readonly sockets: SocketServer;
  private readonly clients: { close(): void }[] = [];

  private constructor(options: RunningGatewayOptions) {
    this.local = new LocalSessions(options);
    const lifetimes = { accessSeconds: options.accessSeconds ?? 900, signInSeconds: 3600 };
    const keyset = Keyset.ofSecret(SECRET);
    const authority = authorityOf(keyset, { standing: options.standing ?? EVERYBODY });
    this.tokens = new Tokens(keyset, authority, lifetimes);
    this.links = new Links(new MemoryLinks(), this.local.directory, authority);
    const edge = new Edge({ publicOrigins: [], allowedHosts: [], trustedProxies: 0 });
    this.sockets = new SocketServer({
      adapter: null,
      audit: options.audit ?? { record: () => undefined },
      tokens: this.tokens,
      authority,
      links: this.links,
      sessions: this.local.sessions,
      policy: () => options.policy ?? Policy.preset,
      metrics: this.local.metrics,
      log: options.logged === undefined ? createLogger('silent') : createLogger('info', { write: options.logged }),
      edge,
      addressOf: ({ socket }) => socket.remoteAddress ?? '',
      maxHandshakesPerMinute: options.maxHandshakesPerMinute ?? 1200,
      noticesFor: options.noticesFor ?? (() => []),
    });
    const noApp: RequestListener = (_request, response) => response.writeHead(404).end();
    this.http = publicServer(noApp, this.sockets, edge, createLogger('silent')).http;
  }

  static async start(options: RunningGatewayOptions = {}): Promise<RunningGateway> {
    const gateway = new RunningGateway(options);
    await new Promise<void>((resolve) => gateway.http.listen(0, '127.0.0.1', resolve));
    return gateway;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.http.address() as AddressInfo).port}`;
  }

  tokenOf(subject: Subject = PERSON): string {
    return this.tokens.issueAccess(subject, this.tokens.startSignIn()).token;
  }

  /** A client that knows only the four events. `auth` is what it says, true or not. */
  plain(auth: object = { token: this.tokenOf() }, options: object = {}): PlainClient {
    const socket: Socket = io(this.url, {
      auth,
      transports: ['websocket'],
      reconnection: false,
      forceNew: true,
      ...options,
    });
    return this.kept(new PlainClient(socket));
  }

  /** A client that speaks frames. */
  frames(auth: Handshake): FramesClient {
    const socket: Socket = io(this.url, {
      auth: { encoding: 'frames', clientId: randomUUID(), ...auth },
      transports: ['websocket'],
      reconnection: false,
      forceNew: true,
      parser: packetParser(parser),
    });
    return this.kept(new FramesClient(socket));
  }

  /** As an administrator's notice does. */
  tell(notice: Notice): void {
    this.sockets.tell(notice);
  }

  /** Sends everybody to another replica, at once. */
  drain(): Promise<void> {
    return this.sockets.drain(0);
  }

  /** Tells clients that the server stops, as a drain does. */
  stopSockets(): void {
    this.sockets.close('server-stopping');
  }

  async close(): Promise<void> {
    for (const client of this.clients) client.close();
    this.stopSockets();
    this.http.closeAllConnections();
    await new Promise((resolve) => this.http.close(resolve));
    await this.local.close();
  }

  private kept<C extends { close(): void }>(client: C): C {
    this.clients.push(client);
    return client;
  }
}

/** What both kinds of client can wait for. */
abstract class Client {
  readonly statuses: Status[] = [];
  readonly notices: Notice[] = [];
  refusal: HandshakeRefusal | null = null;
  private readonly watchers = new Set<() => void>();

  constructor(readonly socket: Socket) {
    socket.on('status', (status: Status) => {
      this.statuses.push(status);
      this.notify();
    });
    socket.on('notice', (notice: Notice) => {
      this.notices.push(notice);
      this.notify();
    });
    socket.on('connect_error', (error: Error & { data?: HandshakeRefusal }) => {
      this.refusal = error.data ?? { code: 'unauthorized', message: error.message };
      this.notify();
    });
    socket.on('connect', () => this.notify());
    socket.on('disconnect', () => this.notify());
  }

  /** Resolves with what `check` finds, looked for whenever something arrives. */
  until<T>(check: () => T | null | undefined | false): Promise<T> {
    return new Promise((resolve) => {
      const look = () => {
        const found = check();
        if (found === null || found === undefined || found === false) return;
        this.watchers.delete(look);
        resolve(found);
      };
      this.watchers.add(look);
      look();
    });
  }

  /** The first status of a kind, after `from` others. */
  status(state: Status['state'], reason?: Status['reason'], from = 0): Promise<Status> {
    return this.until(() =>
      this.statuses
        .slice(from)
        .find((status) => status.state === state && (reason === undefined || status.reason === reason)),
    );
  }

  /** The code with which the handshake was refused. */
  refused(): Promise<string> {
    return this.until(() => this.refusal?.code);
  }

  async connected(): Promise<void> {
    await this.until(() => this.socket.connected);
  }

  async disconnected(): Promise<void> {
    await this.until(() => this.socket.disconnected);
  }

  /** The client's end of the TCP connection. */
  get tcp(): NetSocket {
    const { ws } = this.socket.io.engine.transport as unknown as { ws: { _socket: NetSocket } };
    return ws._socket;
  }

  close(): void {
    this.socket.disconnect();
  }

  protected notify(): void {
    for (const watcher of [...this.watchers]) watcher();
  }
}

export class PlainClient extends Client {
  output = '';

  constructor(socket: Socket) {
    super(socket);
    socket.on('output', ({ data }: { data: string }) => {
      this.output += data;
      this.notify();
    });
  }

  async opened(): Promise<string> {
    const { sessionId } = await this.status('opened');
    return sessionId ?? '';
  }

  type(data: string): void {
    this.socket.emit('input', { data });
  }

  shows(text: string): Promise<boolean> {
    return this.until(() => this.output.includes(text));
  }
}

export class FramesClient extends Client {
  readonly frames: RunnerFrame[] = [];
  readonly clientId: string;
  readonly pieces: Uint8Array[] = [];
  /** Offset after the last byte received. */
  offset = 0;
  attached: Attached | null = null;
  /** Takes no more frames, as if the network were dead. */
  deaf = false;

  constructor(socket: Socket) {
    super(socket);
    this.clientId = String((socket.auth as Handshake).clientId);
    socket.io.engine.on('data', (message: unknown) => {
      const frame = frameOf(message);
      if (frame !== null && !this.deaf) this.receive(decodeRunnerFrame(frame));
    });
  }

  send(frame: ClientFrame): void {
    this.sendBytes(encodeClientFrame(frame));
  }

  sendBytes(frame: Uint8Array): void {
    this.socket.io.engine.write(frame);
  }

  attachedTo(): Promise<Attached> {
    return this.until(() => this.attached);
  }

  refusedWith(code: string): Promise<unknown> {
    return this.until(() => this.frames.find((frame) => frame.type === 'refused' && frame.refused.code === code));
  }

  private receive(frame: DecodedRunnerFrame): void {
    if (frame.type === 'unknown') return;
    if (frame.type === 'output') {
      this.pieces.push(frame.data);
      this.offset = frame.offset + frame.data.length;
      this.send({ type: 'ack', offset: this.offset });
    } else {
      if (frame.type === 'attached') this.attached = frame.attached;
      this.frames.push(frame);
    }
    this.notify();
  }
}
