/** A real session-runner in pod mode for tests, and the gateway's side of its door. */
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import type { KeyObject } from 'node:crypto';
import { createHash, generateKeyPairSync, randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { BindRequest, PodStatus, RunnerEvent, RunnerScope, SessionEnd } from '@claude-webui/protocol';
import { PRESET_SESSION_POLICY, RUNNER_TOKEN_AUDIENCE } from '@claude-webui/protocol';
import type { SignOptions } from 'jsonwebtoken';
import { sign } from 'jsonwebtoken';
import { WebSocket } from 'ws';
import { TestClient } from './running-session';

const MAIN = join(__dirname, '../../dist/main.js');

export interface PodOptions {
  /** Program in the place of the CLI, and its arguments. */
  program?: string[];
  env?: Record<string, string>;
  keys?: { publicKey: KeyObject; privateKey: KeyObject };
  /** The runner's program, in the place of the one built by TypeScript. */
  main?: string;
  /** A program that starts the runner's, and its arguments before that. */
  within?: string[];
  /** Mount point of a volume that outlives the pod. */
  volume?: string;
}

export const newKeys = () => generateKeyPairSync('ec', { namedCurve: 'P-256' });

export class RunningPod {
  readonly uid = randomUUID();
  readonly left: Promise<number | null>;
  private readonly base = mkdtempSync(join(tmpdir(), 'pod-test-'));
  readonly terminationLog = join(this.base, 'termination-log');
  readonly keys: { publicKey: KeyObject; privateKey: KeyObject };
  readonly process: ChildProcess;
  private ports = { attachPort: 0, statusPort: 0 };
  private last: BindRequest | null = null;

  private constructor({ program = [], env = {}, keys = newKeys(), main = MAIN, within = [], volume }: PodOptions) {
    this.keys = keys;
    const directory = volume ?? join(this.base, 'volume');
    mkdirSync(directory, { recursive: true });
    const [file = '', ...args] = [...within, process.execPath, main, 'pod', ...program];
    this.process = spawn(file, args, {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: {
        PATH: process.env['PATH'],
        POD_UID: this.uid,
        RUNNER_BIND_PUBLIC_KEY: keys.publicKey.export({ type: 'spki', format: 'pem' }) as string,
        RUNNER_PORT: '0',
        RUNNER_STATUS_PORT: '0',
        RUNNER_TERMINATION_LOG: this.terminationLog,
        CLAUDE_WORKING_DIR: directory,
        ...env,
      },
    });
    this.left = once(this.process, 'exit').then(([code]) => code as number | null);
  }

  /** Resolves once it serves. */
  static async start(options: PodOptions = {}): Promise<RunningPod> {
    const pod = new RunningPod(options);
    const lines = createInterface({ input: pod.process.stdout! });
    for await (const line of lines) {
      const entry = JSON.parse(line) as { msg: string; attachPort: number; statusPort: number };
      if (entry.msg !== 'runner started') continue;
      pod.ports = entry;
      break;
    }
    pod.process.stdout!.resume();
    return pod;
  }

  /** As in `status.endpoint` of its ClaudeSession. */
  get endpoint(): string {
    return `http://127.0.0.1:${this.ports.attachPort}`;
  }

  get attachPort(): number {
    return this.ports.attachPort;
  }

  get statusPort(): number {
    return this.ports.statusPort;
  }

  bindRequest(changes: Partial<BindRequest> = {}): BindRequest {
    return {
      sessionId: randomUUID(),
      attachKey: randomBytes(32).toString('base64url'),
      size: { cols: 120, rows: 40 },
      env: {},
      limits: {
        idleTimeoutMs: 0,
        idleWarningMs: 0,
        detachGraceMs: 60_000,
        detachMaxWorkMs: 3_600_000,
        scrollbackLines: 5000,
      },
      command: { program: null, args: [] },
      policy: PRESET_SESSION_POLICY,
      ...changes,
    };
  }

  /** The token that a gateway signs for this body. */
  bindToken(body: string, sessionId: string, claims: object = {}, options: SignOptions = {}): string {
    const sha256 = createHash('sha256').update(body).digest('hex');
    return sign({ scope: 'bind', pod: this.uid, sha256, ...claims }, this.keys.privateKey, {
      algorithm: 'ES256',
      audience: RUNNER_TOKEN_AUDIENCE,
      subject: sessionId,
      expiresIn: 30,
      ...options,
    });
  }

  /** Resolves with the HTTP status. */
  async putSession(body: string, token: string): Promise<number> {
    const headers = { authorization: `Bearer ${token}` };
    return (await fetch(`${this.endpoint}/session`, { method: 'PUT', body, headers })).status;
  }

  /** Binds as a gateway does. */
  async bind(request: BindRequest = this.bindRequest()): Promise<number> {
    const body = JSON.stringify(request);
    const status = await this.putSession(body, this.bindToken(body, request.sessionId));
    if (status === 204) this.last = request;
    return status;
  }

  attach(query: Record<string, string> = {}): TestClient {
    const search = new URLSearchParams({ client: randomUUID(), ...query });
    return new TestClient(this.dial(`/attach?${search.toString()}`, 'drive'));
  }

  /** A gateway that follows the session. */
  follow(): WebSocket {
    return this.dial('/control', 'control');
  }

  /** Follows as a gateway does, and resolves with the word of the end. */
  heardEnd(): Promise<SessionEnd> {
    const link = this.follow();
    return new Promise((resolve) => {
      link.on('message', (text: Buffer) => {
        const event = JSON.parse(text.toString()) as RunnerEvent;
        if (event.type !== 'ended') return;
        link.close(1000);
        resolve(event.end);
      });
    });
  }

  async status(): Promise<PodStatus> {
    return (await (await fetch(`http://127.0.0.1:${this.ports.statusPort}/status`)).json()) as PodStatus;
  }

  async metrics(): Promise<string> {
    return (await fetch(`http://127.0.0.1:${this.ports.statusPort}/metrics`)).text();
  }

  /** What the kubelet would find. */
  get terminationMessage(): SessionEnd | null {
    if (!existsSync(this.terminationLog)) return null;
    return JSON.parse(readFileSync(this.terminationLog, 'utf8')) as SessionEnd;
  }

  /** As the kubelet does at the pod's end. May be called twice. */
  async end(): Promise<void> {
    this.process.kill('SIGTERM');
    await this.left;
    rmSync(this.base, { recursive: true, force: true });
  }

  /** Of the session that it was bound to last. */
  token(scope: RunnerScope): string {
    if (this.last === null) throw new Error('bind it first');
    return sign({ scope }, this.last.attachKey, {
      algorithm: 'HS256',
      audience: RUNNER_TOKEN_AUDIENCE,
      subject: this.last.sessionId,
      expiresIn: 30,
    });
  }

  private dial(path: string, scope: RunnerScope): WebSocket {
    return new WebSocket(`${this.endpoint.replace('http', 'ws')}${path}`, {
      headers: { authorization: `Bearer ${this.token(scope)}` },
    });
  }
}
