/** The gateway as a process of its own, with one session in it: what ends the process is seen. */
import { spawn } from 'node:child_process';
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Socket } from 'socket.io-client';
import { io } from 'socket.io-client';
import { PASSWORD } from './environment';
import { commandOf, descendantsOf } from './processes';

const MAIN = join(__dirname, '../../dist/main.js');

export class GatewayProcess {
  readonly left: Promise<number | null>;
  /** What it wrote to stderr, and to its log. */
  private said = '';
  private url = '';

  private constructor(readonly child: ChildProcessWithoutNullStreams) {
    child.stdout.on('data', (data: Buffer) => this.hear(data));
    child.stderr.on('data', (data: Buffer) => this.hear(data));
    // Not `close`: runners have its output, and live on.
    this.left = once(child, 'exit').then(([code]) => code as number | null);
  }

  /** Resolves once it serves. @throws Error with what it said when it leaves before */
  static async start(env: Record<string, string>): Promise<GatewayProcess> {
    const defaults = {
      PORT: '0',
      INTERNAL_PORT: '0',
      LOG_LEVEL: 'warn',
      AUDIT_LOG: 'off',
      SESSION_ISOLATION: 'off',
      RATE_LIMIT_MAX_REQUESTS: '1000000',
      RATE_LIMIT_MAX_REQUESTS_PER_ADDRESS: '1000000',
      HANDSHAKES_PER_MINUTE_PER_ADDRESS: '100000',
      CLAUDE_WEBUI_ADMIN_PASSWORD: PASSWORD,
    };
    const child = spawn(process.execPath, [MAIN], { env: { PATH: process.env['PATH'], ...defaults, ...env } });
    const gateway = new GatewayProcess(child);
    const closed = once(child, 'close');
    if (!(await Promise.race([gateway.serves(), closed.then(() => false)])))
      throw new Error(`the gateway has left: ${gateway.said}`);
    return gateway;
  }

  private async serves(): Promise<true> {
    for (;;) {
      const [, url] = /Claude Code WebUI is at (\S+)\n/.exec(this.said) ?? [];
      if (url !== undefined) {
        this.url = url;
        return true;
      }
      await once(this.child.stderr, 'data');
    }
  }

  private hear(data: Buffer): void {
    this.said = (this.said + data.toString()).slice(-100_000);
  }

  get isAlive(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  /** The last that it said, for whoever wonders why a test failed. */
  get lastWords(): string {
    return this.said.slice(-5000);
  }

  /** URL, without a slash at its end. */
  get address(): string {
    return this.url.replace(/\/$/, '');
  }

  get port(): number {
    return Number(new URL(this.url).port);
  }

  /** Ids of the session-runners that it has started. */
  get runners(): number[] {
    return descendantsOf(this.child.pid ?? 0).filter((pid) => commandOf(pid).includes('session-runner'));
  }

  async call(
    method: string,
    path: string,
    token: string | null,
    body?: object,
  ): Promise<{ status: number; body: string }> {
    const response = await fetch(this.url + path, {
      method,
      headers: {
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: await response.text() };
  }

  async status(path: string): Promise<number> {
    return (await this.call('GET', path, null)).status;
  }

  /** Resolves once `/ready` answers so. */
  async answersReady(status: number): Promise<void> {
    while ((await this.status('/ready')) !== status);
  }

  async signIn(): Promise<string> {
    const { body } = await this.call('POST', '/auth/login', null, { username: 'admin', password: PASSWORD });
    return (JSON.parse(body) as { token: string }).token;
  }

  /** A number of its /metrics, summed over its labels. */
  async metric(name: string): Promise<number> {
    const { body } = await this.call('GET', '/metrics', null);
    const lines = body.split('\n').filter((line) => line.startsWith(name) && /^[ {]/.test(line.slice(name.length)));
    return lines.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0);
  }

  /** A new session that runs a program, which the policy has to allow. */
  async session(token: string, program = '/bin/cat'): Promise<string> {
    const answer = await this.call('POST', '/api/v1/sessions', token, { program, arguments: [] });
    if (answer.status !== 201) throw new Error(`no session: ${answer.status} ${answer.body}`);
    return (JSON.parse(answer.body) as { id: string }).id;
  }

  /** @param port of a way to the gateway, in the place of its own */
  attach(token: string, sessionId: string, port = this.port): Promise<AttachedTerminal> {
    return AttachedTerminal.open(`http://127.0.0.1:${port}`, token, sessionId);
  }

  async end(signal: NodeJS.Signals = 'SIGKILL'): Promise<number | null> {
    this.child.kill(signal);
    return this.left;
  }
}

/** A client of the four events, attached to a session. */
export class AttachedTerminal {
  private output = '';

  private constructor(readonly socket: Socket) {
    socket.on('output', ({ data }: { data: string }) => (this.output += data));
  }

  static async open(url: string, token: string, sessionId: string): Promise<AttachedTerminal> {
    const options = { auth: { token, sessionId }, transports: ['websocket'], forceNew: true, reconnection: false };
    const terminal = new AttachedTerminal(io(url, options));
    const { socket } = terminal;
    await new Promise<void>((resolve, reject) => {
      socket.on('status', ({ state, reason }: { state: string; reason?: string }) => {
        if (state === 'opened') resolve();
        if (state === 'closed') reject(new Error(`closed: ${reason ?? ''}`));
      });
      socket.on('connect_error', reject);
    });
    return terminal;
  }

  /** Types a word, and resolves when it is shown: by the PTY, and by the program. */
  async echoes(): Promise<void> {
    const word = `word-${Math.random()}`;
    const { socket } = this;
    let look: () => void = () => undefined;
    let gone: (reason: string) => void = () => undefined;
    const shown = new Promise<void>((resolve, reject) => {
      look = () => {
        if (this.output.includes(`${word}\r\n${word}`)) resolve();
      };
      gone = (reason) => reject(new Error(`the terminal was disconnected: ${reason}`));
      socket.on('output', look).on('disconnect', gone);
      if (!socket.connected) gone('before');
      socket.emit('input', { data: `${word}\r` });
    });
    await shown.finally(() => socket.off('output', look).off('disconnect', gone));
    this.output = '';
  }

  close(): void {
    this.socket.disconnect();
  }
}
