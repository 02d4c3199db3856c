import type {
  AttachmentState,
  ClientFrame,
  Handshake,
  HandshakeRefusal,
  SessionEnd,
  SessionProgress,
  StatusCode,
  TerminalSize,
} from '@claude-webui/protocol';
import { ACK_QUANTUM_BYTES, decodeRunnerFrame, encodeClientFrame, frameOf } from '@claude-webui/protocol';
import type { Socket } from 'socket.io-client';
import { SignInNeeded } from '../api/sign-in-needed';
import { backoffMs } from './backoff';
import { newClientId } from './client-id';
import { Outbox } from './outbox';
import { openSocket } from './socket';

export type ConnectionPhase =
  /** `attempt`: 0 for the first connect, above for a reconnect. */
  | { phase: 'connecting'; attempt: number }
  /** The session does not take attaches yet. */
  | { phase: 'starting'; progress: SessionProgress }
  | { phase: 'attached'; state: AttachmentState }
  /** `at`: when the next try begins, in milliseconds since the epoch. */
  | { phase: 'reconnecting'; at: number; attempt: number }
  | { phase: 'ended'; end: SessionEnd }
  /** Not to be tried again without the person. */
  | { phase: 'refused'; code: StatusCode };

/** Whoever shows the terminal. */
export interface TerminalConsumer {
  /** Output; `offset` is that after it. Call `parsed(offset)` when it has been dealt with. */
  write(data: Uint8Array, offset: number): void;
  /** The screen begins anew, in this size; what follows paints it. */
  reset(size: TerminalSize): void;
  phase(phase: ConnectionPhase): void;
  /** Round trip in milliseconds. */
  latency(rttMs: number): void;
  /** Something typed was not taken. */
  refused(code: StatusCode): void;
  /** How many messages of input wait for the connection to come back. */
  waiting(messages: number): void;
}

export type Credential = { token: string } | { share: string };

export interface TerminalConnectionOptions {
  /** Address of the gateway; the page's own if empty. */
  url: string;
  sessionId?: string;
  mode: 'drive' | 'view';
  size: TerminalSize;
  /** Asked at each connect; a token near its end should be renewed then. Rejects when the person must sign in. */
  credential: () => Promise<Credential>;
}

/** The connection is over, but the session is there, or will be. */
const PASSING: ReadonlySet<StatusCode> = new Set([
  'draining',
  'runner-unreachable',
  'not-ready',
  'input-gap',
  'token-expired',
]);

/**
 * A terminal's connection to its session, which outlives any one socket: it comes back by itself, goes on at the byte where it
 * was, and sends again what had been typed and not taken.
 */
export class TerminalConnection {
  private readonly outbox = new Outbox();
  private readonly clientId = newClientId();
  private socket: Socket | null = null;
  /** The socket of a server that is stopping: it still brings output until the next one is attached. */
  private leaving: Socket | null = null;
  /** The socket's connection, on which frames go. */
  private engine: Socket['io']['engine'] | null = null;
  /** The next try; `at` in milliseconds since the epoch. */
  private next: { timer: ReturnType<typeof setTimeout>; at: number } | null = null;
  private attempt = 0;
  private closed = false;
  /** Offset after the last byte given to the consumer; null before the first attach. */
  private offset: number | null = null;
  /** What `offset` counts in. */
  private stream: string | null = null;
  /** Offset after what the consumer has dealt with. */
  private parsedTo = 0;
  /** Offset after what this very socket has brought, known or not: of no more is an acknowledgement believed. */
  private broughtTo = 0;
  private acknowledged = 0;
  private attached = false;
  /** Attached, and somebody else drives: what is typed is not kept for later. */
  private watching = false;
  private size: TerminalSize;

  constructor(
    private readonly options: TerminalConnectionOptions,
    private readonly consumer: TerminalConsumer,
  ) {
    this.size = options.size;
    void this.connect();
  }

  /** Sends what the person typed, now or after the reconnect. False if it was not taken because too much waits. */
  type(data: Uint8Array): boolean {
    if (this.watching) {
      this.consumer.refused('not-driver');
      return true;
    }
    const taken = this.outbox.add(data);
    if (taken) this.flush();
    return taken;
  }

  resize(size: TerminalSize): void {
    this.size = size;
    this.send({ type: 'resize', size });
  }

  takeOver(): void {
    this.send({ type: 'take-over' });
    this.send({ type: 'resize', size: this.size });
  }

  /** The consumer has dealt with output up to this offset. */
  parsed(offset: number): void {
    this.parsedTo = offset;
    this.acknowledge();
  }

  /** A fresh token keeps the connection open past the old one's end. */
  authenticate(token: string): void {
    this.socket?.emit('authenticate', { token });
  }

  /** Tries to reconnect now rather than at its time. */
  reconnectNow(): void {
    if (this.next === null) return;
    clearTimeout(this.next.timer);
    void this.connect();
  }

  close(): void {
    this.closed = true;
    if (this.next !== null) clearTimeout(this.next.timer);
    this.drop();
    this.leave();
  }

  private async connect(): Promise<void> {
    this.next = null;
    this.tellOfConnecting();
    let credential: Credential;
    try {
      credential = await this.options.credential();
    } catch (error) {
      return error instanceof SignInNeeded ? this.refuse('unauthorized') : this.retry();
    }
    if (this.closed) return;
    const socket = openSocket(this.options.url, this.handshake(credential));
    this.socket = socket;
    const { engine } = socket.io;
    this.engine = engine;
    engine.on('data', (message: unknown) => {
      const frame = frameOf(message);
      if (frame === null) return;
      if (this.socket === socket) this.receive(frame);
      else if (this.leaving === socket) this.receiveLast(frame);
    });
    socket.on('status', ({ state, reason }: { state: string; reason?: StatusCode }) => {
      if (this.socket !== socket) return;
      if (state === 'closed' && reason === 'draining' && this.attached) this.handOver(socket);
      else if (state === 'closed') this.statusClosed(reason ?? 'runner-unreachable');
      else if (state === 'error' && reason !== undefined) this.consumer.refused(reason);
    });
    socket.on('progress', ({ code, detail }: SessionProgress) => {
      if (this.socket !== socket || this.attached) return;
      this.consumer.phase({ phase: 'starting', progress: detail === undefined ? { code } : { code, detail } });
    });
    socket.on('latency', ({ rttMs }: { rttMs: number | null }, answer: () => void) => {
      answer();
      if (rttMs !== null) this.consumer.latency(rttMs);
    });
    socket.on('connect_error', (error: Error & { data?: HandshakeRefusal }) => {
      if (error.data !== undefined && !PASSING.has(error.data.code)) this.refuse(error.data.code);
      else this.retry();
    });
    socket.on('disconnect', () => {
      if (this.socket === socket) this.retry();
      else if (this.leaving === socket) {
        this.leave();
        this.tellOfConnecting();
      }
    });
  }

  /** While the connection before still brings output, there is nothing to tell. */
  private tellOfConnecting(): void {
    const { next, attempt } = this;
    if (this.leaving !== null) return;
    this.consumer.phase(
      next === null ? { phase: 'connecting', attempt } : { phase: 'reconnecting', at: next.at, attempt },
    );
  }

  /** Attaches by another server before this one closes, so that there is no moment without a connection. */
  private handOver(socket: Socket): void {
    this.leaving = socket;
    this.socket = null;
    this.attached = false;
    void this.connect();
  }

  private receiveLast(frame: Uint8Array): void {
    const decoded = decodeRunnerFrame(frame);
    if (decoded.type === 'output') this.output(decoded.data, decoded.offset);
    else if (decoded.type === 'end') this.finish({ phase: 'ended', end: decoded.end });
  }

  private leave(): void {
    const { leaving } = this;
    this.leaving = null;
    leaving?.off();
    leaving?.disconnect();
  }

  private handshake(credential: Credential): Handshake {
    const { sessionId, mode } = this.options;
    return {
      ...credential,
      mode,
      encoding: 'frames',
      clientId: this.clientId,
      size: this.size,
      ...(sessionId === undefined ? {} : { sessionId }),
      ...(this.offset === null ? {} : { resumeFrom: this.offset }),
      ...(this.stream === null ? {} : { resumeStream: this.stream }),
    };
  }

  private receive(frame: Uint8Array): void {
    const decoded = decodeRunnerFrame(frame);
    switch (decoded.type) {
      case 'output':
        this.broughtTo = decoded.offset + decoded.data.length;
        this.output(decoded.data, decoded.offset);
        // The connection before may have brought it, and nobody parses it again.
        return this.acknowledge();
      case 'input-ack':
        this.outbox.acknowledge(decoded.sequence);
        return this.flush();
      case 'state':
        this.watching = decoded.state.role === 'observer';
        return this.consumer.phase({ phase: 'attached', state: decoded.state });
      case 'attached': {
        const { attached } = decoded;
        this.attempt = 0;
        this.attached = true;
        this.watching = attached.state.role === 'observer';
        if (attached.stream !== this.stream) this.begin(attached.stream);
        if (this.offset === null && attached.resume === 'exact') this.consumer.reset(attached.state.size);
        // Meanwhile the connection before may have brought more.
        this.offset = attached.resume === 'exact' ? Math.max(this.offset ?? 0, attached.offset) : attached.offset;
        this.leave();
        this.broughtTo = attached.offset;
        this.acknowledged = attached.offset;
        this.outbox.restart(attached.inputSequence);
        this.consumer.phase({ phase: 'attached', state: attached.state });
        return this.flush();
      }
      case 'snapshot':
        this.offset = decoded.offset;
        this.broughtTo = decoded.offset;
        this.acknowledged = decoded.offset;
        this.consumer.reset(decoded.size);
        return this.consumer.write(decoded.data, decoded.offset);
      case 'refused':
        if (decoded.refused.code === 'input-gap') return this.restart();
        return this.consumer.refused(REFUSALS[decoded.refused.code]);
      case 'end':
        return this.finish({ phase: 'ended', end: decoded.end });
      case 'resized':
      case 'scrollback':
      case 'unknown':
        return;
    }
  }

  /** The program is another than before: nothing that was counted holds any more. */
  private begin(stream: string): void {
    if (this.stream !== null) this.outbox.begin();
    this.stream = stream;
    this.offset = null;
    this.parsedTo = 0;
  }

  private output(data: Uint8Array, offset: number): void {
    // Never twice, whatever a connection that is being replaced still says.
    const known = (this.offset ?? offset) - offset;
    if (known >= data.length && data.length > 0) return;
    this.offset = offset + data.length;
    this.consumer.write(known > 0 ? data.subarray(known) : data, this.offset);
  }

  private acknowledge(): void {
    const offset = Math.min(this.parsedTo, this.broughtTo);
    if (!this.attached || offset - this.acknowledged < ACK_QUANTUM_BYTES) return;
    this.acknowledged = offset;
    this.send({ type: 'ack', offset });
  }

  private flush(): void {
    if (!this.attached) return this.consumer.waiting(this.outbox.length);
    for (const { sequence, data } of this.outbox.take()) this.send({ type: 'input', sequence, data });
  }

  private send(frame: ClientFrame): void {
    if (this.attached) this.engine?.write(encodeClientFrame(frame));
  }

  private statusClosed(reason: StatusCode): void {
    if (PASSING.has(reason)) this.retry();
    else this.refuse(reason);
  }

  private refuse(code: StatusCode): void {
    this.finish({ phase: 'refused', code });
  }

  private finish(phase: ConnectionPhase): void {
    this.close();
    this.consumer.phase(phase);
  }

  private restart(): void {
    this.drop();
    this.retry();
  }

  private retry(): void {
    this.drop();
    if (this.closed || this.next !== null) return;
    const wait = backoffMs(this.attempt, Math.random());
    this.attempt += 1;
    this.next = { timer: setTimeout(() => void this.connect(), wait), at: Date.now() + wait };
    this.tellOfConnecting();
  }

  private drop(): void {
    const { socket } = this;
    this.socket = null;
    this.attached = false;
    this.watching = false;
    socket?.off();
    socket?.disconnect();
  }
}

const REFUSALS = {
  'not-driver': 'not-driver',
  'input-gap': 'input-gap',
  'input-overflow': 'too-much-input',
  'line-too-long': 'line-too-long',
  'bad-frame': 'bad-message',
} as const satisfies Record<string, StatusCode>;
