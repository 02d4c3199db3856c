/** A real session-runner process for tests, and clients for its door. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type {
  Attached,
  ClientFrame,
  FromRunner,
  RunnerEvent,
  RunnerFrame,
  RunnerScope,
  SessionEnd,
  SessionSpec,
  TerminalSize,
} from '@claude-webui/protocol';
import {
  PRESET_SESSION_POLICY,
  RUNNER_TOKEN_AUDIENCE,
  decodeRunnerFrame,
  encodeClientFrame,
} from '@claude-webui/protocol';
import { sign } from 'jsonwebtoken';
import { WebSocket } from 'ws';

const MAIN = join(__dirname, '../../dist/main.js');

export type SpecChanges = Partial<Omit<SessionSpec, 'program' | 'limits' | 'policy'>> & {
  program?: Partial<SessionSpec['program']>;
  limits?: Partial<SessionSpec['limits']>;
  policy?: Partial<SessionSpec['policy']>;
};

export function sessionSpec(changes: SpecChanges = {}): SessionSpec {
  const base = mkdtempSync(join(tmpdir(), 'runner-test-'));
  return {
    sessionId: randomUUID(),
    attachKey: randomBytes(32).toString('base64url'),
    listen: { socketPath: join(base, 'runner.sock') },
    directory: join(base, 'session'),
    persistent: false,
    size: { cols: 80, rows: 24 },
    logLevel: 'silent',
    ...changes,
    program: { path: '/bin/sh', args: [], env: {}, kind: 'plain', confinement: 'none', ...changes.program },
    limits: {
      idleTimeoutMs: 0,
      idleWarningMs: 0,
      detachGraceMs: 60_000,
      detachMaxWorkMs: 3_600_000,
      replayBytes: 4 * 1024 * 1024,
      scrollbackLines: 5000,
      endGraceMs: 2_000,
      ...changes.limits,
    },
    policy: { ...PRESET_SESSION_POLICY, ...changes.policy },
  };
}

function waitFor(child: ChildProcess): Promise<FromRunner> {
  return new Promise((resolve, reject) => {
    child.once('message', (message: FromRunner) => resolve(message));
    child.once('exit', () => reject(new Error('the runner has left')));
  });
}

export class RunningSession {
  readonly ended: Promise<SessionEnd>;
  readonly left: Promise<unknown>;
  readonly events: RunnerEvent[] = [];
  private readonly watchers = new Set<() => void>();
  private link: WebSocket | null = null;

  private constructor(
    readonly spec: SessionSpec,
    readonly process: ChildProcess,
  ) {
    this.ended = new Promise((resolve) => (this.tellEnd = resolve));
    this.left = once(process, 'exit');
  }

  private tellEnd: (end: SessionEnd) => void = () => undefined;

  /** As a gateway does: hears everything, and closes when it has heard of the end. */
  follow(): WebSocket {
    const url = `ws+unix:${this.socketPath}:/control`;
    const link = new WebSocket(url, { headers: { authorization: `Bearer ${this.token('control')}` } });
    this.link = link;
    link.on('message', (text: Buffer) => {
      const event = JSON.parse(text.toString()) as RunnerEvent;
      this.events.push(event);
      for (const watcher of [...this.watchers]) watcher();
      if (event.type !== 'ended') return;
      this.tellEnd(event.end);
      link.close(1000);
    });
    link.on('error', () => undefined);
    return link;
  }

  /** The link that follows it. */
  get gateway(): WebSocket {
    if (this.link === null) throw new Error('nobody follows this session');
    return this.link;
  }

  /** Resolves once an event matches. */
  until(matches: (event: RunnerEvent) => boolean): Promise<void> {
    return new Promise((resolve) => {
      const look = () => {
        if (!this.events.some(matches)) return;
        this.watchers.delete(look);
        resolve();
      };
      this.watchers.add(look);
      look();
    });
  }

  /** @param launcher program and arguments that start the runner, whose own follow as arguments */
  static async start(changes: SpecChanges = {}, launcher: readonly string[] = []): Promise<RunningSession> {
    const [program, ...rest] = launcher;
    const args = program === undefined ? [MAIN] : [...rest, process.execPath, MAIN];
    const child = spawn(program ?? process.execPath, args, {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      env: { PATH: process.env['PATH'] },
    });
    const running = new RunningSession(sessionSpec(changes), child);
    const started = waitFor(child);
    child.send({ type: 'start', spec: running.spec });
    const answer = await started;
    if (answer.type === 'ready') await once(running.follow(), 'open');
    else running.tellEnd(answer.end);
    return running;
  }

  /** A session that runs a shell command. */
  static shell(command: string, changes: SpecChanges = {}, launcher?: readonly string[]): Promise<RunningSession> {
    const program = { path: '/bin/sh', args: ['-c', command], ...changes.program };
    return RunningSession.start({ ...changes, program }, launcher);
  }

  token(scope: RunnerScope): string {
    return sign({ scope }, this.spec.attachKey, {
      algorithm: 'HS256',
      audience: RUNNER_TOKEN_AUDIENCE,
      subject: this.spec.sessionId,
      expiresIn: 30,
    });
  }

  get socketPath(): string {
    return 'socketPath' in this.spec.listen ? this.spec.listen.socketPath : '';
  }

  attach(query: Record<string, string> = {}, scope: RunnerScope = 'drive'): TestClient {
    const search = new URLSearchParams({ client: randomUUID(), ...query });
    const url = `ws+unix:${this.socketPath}:/attach?${search.toString()}`;
    return new TestClient(new WebSocket(url, { headers: { authorization: `Bearer ${this.token(scope)}` } }));
  }

  async end(): Promise<void> {
    // It waits for somebody to hear of its end.
    if (this.link?.readyState !== WebSocket.OPEN) this.follow();
    // It may be on its way out already.
    this.process.send({ type: 'end', reason: 'terminated' }, () => undefined);
    await this.left;
    rmSync(dirname(this.socketPath), { recursive: true, force: true });
  }
}

/** One attached client. Acknowledges all it gets unless `silent`. */
export class TestClient {
  readonly frames: RunnerFrame[] = [];
  output = Buffer.alloc(0);
  /** Output and sizes in the order in which they came, a snapshot's size included. */
  readonly stream: (string | TerminalSize)[] = [];
  /** Offset after the last byte received. */
  offset = 0;
  silent = false;
  private sequence = 0;
  private readonly watchers = new Set<() => void>();
  readonly closed: Promise<number>;

  constructor(readonly socket: WebSocket) {
    socket.on('message', (data: Buffer) => {
      const frame = decodeRunnerFrame(data);
      if (frame.type !== 'unknown') this.receive(frame);
    });
    socket.on('error', () => undefined);
    this.closed = new Promise((resolve) => {
      socket.on('close', (code) => {
        resolve(code);
        this.notify();
      });
    });
  }

  /** Resolves with what `check` finds, looked for after each frame. */
  until<T>(check: () => T | null | undefined | false): Promise<T> {
    return new Promise((resolve, reject) => {
      const look = () => {
        const found = check();
        if (found !== null && found !== undefined && found !== false) resolve(found);
        else if (this.socket.readyState === WebSocket.CLOSED)
          reject(new Error(`closed; got ${this.output.toString()}`));
        else return;
        this.watchers.delete(look);
      };
      this.watchers.add(look);
      look();
    });
  }

  /** Of the terminal, oldest first. */
  get sizes(): TerminalSize[] {
    return this.stream.filter((piece) => typeof piece !== 'string');
  }

  attached(): Promise<Attached> {
    return this.until(() => this.frames.find((frame) => frame.type === 'attached')?.attached);
  }

  shows(text: string): Promise<true> {
    return this.until(() => this.output.includes(text));
  }

  frame<K extends RunnerFrame['type']>(type: K, nth = 0): Promise<Extract<RunnerFrame, { type: K }>> {
    const isOfType = (frame: RunnerFrame): frame is Extract<RunnerFrame, { type: K }> => frame.type === type;
    return this.until(() => this.frames.filter(isOfType)[nth]);
  }

  send(frame: ClientFrame): void {
    this.socket.send(encodeClientFrame(frame));
  }

  type(text: string | Uint8Array): void {
    this.sequence += 1;
    this.send({ type: 'input', sequence: this.sequence, data: Buffer.from(text) });
  }

  acknowledge(): void {
    this.send({ type: 'ack', offset: this.offset });
  }

  close(): Promise<number> {
    this.socket.close();
    return this.closed;
  }

  private receive(frame: RunnerFrame): void {
    if (frame.type === 'output') this.stream.push(Buffer.from(frame.data).toString());
    if (frame.type === 'resized' || frame.type === 'snapshot') this.stream.push(frame.size);
    if (frame.type === 'output') {
      this.output = Buffer.concat([this.output, frame.data]);
      this.offset = frame.offset + frame.data.length;
      if (!this.silent) this.acknowledge();
    } else {
      if (frame.type === 'snapshot') this.offset = frame.offset;
      this.frames.push(frame);
    }
    this.notify();
  }

  private notify(): void {
    for (const watcher of [...this.watchers]) watcher();
  }
}
