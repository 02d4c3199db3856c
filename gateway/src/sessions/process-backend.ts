import type { ChildProcess } from 'node:child_process';
import { fork } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type {
  FromRunner,
  LogLevel,
  ProgramSpec,
  SessionEnd,
  SessionEndReason,
  SessionSpec,
  ToRunner,
} from '@claude-webui/protocol';
import { endProcesses } from '@claude-webui/session-runner/dist/processes/end';
import { minimalEnvironment } from '../config/environment';
import type { BackendEvent, Placement, SessionBackend } from './backend';
import { SessionStartError } from './backend';

/** Between a program's SIGHUP and its SIGKILL: Claude Code takes half a second to write its transcript. Milliseconds. */
const END_GRACE_MS = 3000;
/** A runner that is not gone this long after it was asked is killed. Milliseconds. */
const RUNNER_END_MS = 10_000;
/** The root of what a crashed runner left has gone, and its number may be another's by now. */
const NO_ROOT = -1;
/** Output kept for resuming. */
const REPLAY_BYTES = 4 * 1024 * 1024;

export interface ProcessBackendOptions {
  /** Where sessions have their directories. */
  workingDirectory: string;
  persistent: boolean;
  program: Pick<ProgramSpec, 'path' | 'args' | 'kind' | 'confinement'>;
  /** For the runners' own logs. */
  logLevel: LogLevel;
  limits: Pick<SessionSpec['limits'], 'idleTimeoutMs' | 'idleWarningMs' | 'detachGraceMs'>;
}

interface Runner {
  child: ChildProcess;
  /** Resolves when the process has gone. */
  gone: Promise<void>;
}

/** Sessions as child processes on this machine. */
export class ProcessBackend implements SessionBackend {
  private readonly runners = new Map<string, Runner>();
  private readonly listeners = new Set<(event: BackendEvent) => void>();
  /** Sockets of the runners. Short, for a socket's path has at most 107 bytes (unix(7)). */
  private readonly runtimeDirectory = mkdtempSync(join(tmpdir(), 'cwui-'));

  /** @throws Error when the working directory cannot be used */
  constructor(private readonly options: ProcessBackendOptions) {
    prepareWorkingDirectory(options.workingDirectory);
  }

  async place(placement: Placement, signal: AbortSignal): Promise<{ endpoint: string }> {
    const { sessionId } = placement;
    const socketPath = join(this.runtimeDirectory, `${sessionId}.sock`);
    const child = fork(require.resolve('@claude-webui/session-runner'), [], {
      // Its own process group: Ctrl-C at the server's terminal is the server's to handle.
      detached: true,
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      env: minimalEnvironment(),
    });
    const spec = this.specOf(placement, socketPath);
    const ready = new Promise<void>((resolve, reject) => {
      this.follow(spec, child, resolve, (end) => reject(new SessionStartError(end)));
    });
    const abort = () => void this.end(sessionId, 'terminated');
    signal.addEventListener('abort', abort, { once: true });
    send(child, { type: 'start', spec });
    try {
      await ready;
    } finally {
      signal.removeEventListener('abort', abort);
    }
    return { endpoint: `unix:${socketPath}` };
  }

  async end(sessionId: string, reason: SessionEndReason): Promise<void> {
    const runner = this.runners.get(sessionId);
    if (runner === undefined) return;
    send(runner.child, { type: 'end', reason });
    const timer = setTimeout(() => runner.child.kill('SIGKILL'), RUNNER_END_MS);
    await runner.gone;
    clearTimeout(timer);
  }

  subscribe(listener: (event: BackendEvent) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** A single machine's sessions end with its server: nobody else could find them. */
  async close(): Promise<void> {
    await Promise.all([...this.runners.keys()].map((sessionId) => this.end(sessionId, 'server-stopping')));
    rmSync(this.runtimeDirectory, { recursive: true, force: true });
  }

  /** Passes on what a runner says, and that it has gone. */
  private follow(spec: SessionSpec, child: ChildProcess, ready: () => void, failed: (end: SessionEnd) => void): void {
    const { sessionId } = spec;
    let end: SessionEnd | null = null;
    child.on('message', (message) => {
      // Our own program speaks.
      const said = message as FromRunner;
      if (said.type === 'ready') ready();
      else if (said.type === 'ended') end = said.end;
      else this.emit({ sessionId, ...said });
    });
    const gone = new Promise<void>((resolve) => {
      const leave = async () => {
        const final = end ?? { reason: 'runner-crashed' as const, exitCode: null };
        if (end === null) await sweep(spec);
        this.runners.delete(sessionId);
        failed(final);
        this.emit({ type: 'ended', sessionId, end: final });
        resolve();
      };
      child.once('exit', () => void leave());
      child.once('error', () => void leave());
    });
    this.runners.set(sessionId, { child, gone });
  }

  private emit(event: BackendEvent): void {
    for (const listener of this.listeners) listener(event);
  }

  private specOf(placement: Placement, socketPath: string): SessionSpec {
    const { workingDirectory, persistent, program, limits, logLevel } = this.options;
    const { sessionId, owner, workspace, attachKey, size, env } = placement;
    return {
      sessionId,
      attachKey,
      listen: { socketPath },
      directory: persistent ? join(workingDirectory, owner, workspace) : join(workingDirectory, sessionId),
      persistent,
      program: { ...program, env },
      size,
      logLevel,
      limits: { ...limits, replayBytes: REPLAY_BYTES, endGraceMs: END_GRACE_MS },
    };
  }
}

/** Clears away what a runner that crashed has left: it cannot be asked, but its session's processes carry a mark. */
async function sweep({ sessionId, directory, persistent }: SessionSpec): Promise<void> {
  await endProcesses(NO_ROOT, sessionId, 0);
  if (!persistent) await rm(directory, { recursive: true, force: true });
}

function send(child: ChildProcess, message: ToRunner): void {
  // A child that has gone already cannot be told; its exit says the rest.
  child.send(message, () => undefined);
}

/** The default lies in /tmp, where anybody could have put it before us. */
function prepareWorkingDirectory(directory: string): void {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const owner = statSync(directory).uid;
  if (process.getuid !== undefined && owner !== process.getuid()) {
    throw new Error(`${directory} belongs to another user. Set CLAUDE_WORKING_DIR to a directory of your own.`);
  }
  chmodSync(directory, 0o700);
}
