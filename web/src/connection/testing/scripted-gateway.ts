/** A gateway that does only what a test tells it to: what a real one does at moments that no test can choose. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { Attached, ClientFrame, RunnerFrame } from '@claude-webui/protocol';
import { decodeClientFrame, encodeRunnerFrame, frameOf, packetParser } from '@claude-webui/protocol';
import { Server } from 'socket.io';
import type { Socket } from 'socket.io';
import * as parser from 'socket.io-parser';

export const SIZE = { cols: 80, rows: 24 };

const ATTACHED: Attached = {
  sessionId: 's',
  stream: 'a',
  resume: 'exact',
  offset: 0,
  inputSequence: 0,
  state: { role: 'driver', driven: true, attachments: 1, size: SIZE, activity: 'working', idleEndsInMs: null },
};

/** What comes, in order, whether it is waited for before or after. */
export class Arrivals<T> {
  private readonly arrived: T[] = [];
  private readonly waiting: ((item: T) => void)[] = [];

  push(item: T): void {
    const wait = this.waiting.shift();
    if (wait === undefined) this.arrived.push(item);
    else wait(item);
  }

  next(): Promise<T> {
    const [item] = this.arrived.splice(0, 1);
    return item === undefined ? new Promise((resolve) => this.waiting.push(resolve)) : Promise.resolve(item);
  }

  async nextThat(isWanted: (item: T) => boolean): Promise<T> {
    for (;;) {
      const item = await this.next();
      if (isWanted(item)) return item;
    }
  }
}

/** A client's connection, seen from the gateway. */
export class ClientLink {
  readonly frames = new Arrivals<ClientFrame>();
  readonly gone: Promise<void>;

  constructor(readonly socket: Socket) {
    this.gone = new Promise((resolve) => socket.once('disconnect', () => resolve()));
    socket.conn.on('data', (message: unknown) => {
      const frame = frameOf(message);
      if (frame !== null) this.frames.push(decodeClientFrame(frame));
    });
  }

  get handshake(): Record<string, unknown> {
    return this.socket.handshake.auth;
  }

  send(frame: RunnerFrame): void {
    this.sendRaw(encodeRunnerFrame(frame));
  }

  sendRaw(bytes: Uint8Array): void {
    this.socket.conn.write(Buffer.from(bytes));
  }

  attach(attached: Partial<Attached> = {}): void {
    this.send({ type: 'attached', attached: { ...ATTACHED, ...attached } });
  }

  output(offset: number, text: string): void {
    this.send({ type: 'output', offset, data: Buffer.from(text) });
  }

  dismiss(reason: string): void {
    this.socket.emit('status', { state: 'closed', reason });
  }

  /** Resolves once the client has dealt with all that was sent before. */
  settled(): Promise<void> {
    return new Promise((resolve) => this.socket.emit('latency', { rttMs: null }, () => resolve()));
  }
}

export class ScriptedGateway {
  readonly links = new Arrivals<ClientLink>();
  /** Requests to open a connection that are not taken. */
  refusals = 0;
  /** Handshakes are answered with these codes, first to last; those that follow are taken. */
  readonly handshakeRefusals: string[] = [];

  private constructor(
    readonly url: string,
    private readonly io: Server,
  ) {}

  static async start(): Promise<ScriptedGateway> {
    const http = createServer().listen(0, '127.0.0.1');
    await once(http, 'listening');
    const address = http.address();
    if (address === null || typeof address === 'string') throw new Error('a TCP server has a port');
    const io: Server = new Server(http, {
      parser: packetParser(parser),
      allowRequest: (_, done) => done(null, gateway.refusals-- <= 0),
    });
    const gateway = new ScriptedGateway(`http://127.0.0.1:${address.port}`, io);
    io.use((_, next) => {
      const code = gateway.handshakeRefusals.shift();
      if (code === undefined) next();
      else next(Object.assign(new Error(code), { data: { code, message: code } }));
    });
    io.on('connection', (socket) => gateway.links.push(new ClientLink(socket)));
    return gateway;
  }

  async close(): Promise<void> {
    await this.io.close();
  }
}
