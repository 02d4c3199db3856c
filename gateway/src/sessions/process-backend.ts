import type { ChildProcess } from 'node:child_process';
import { fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, statSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import type {
  BindRequest,
  FromRunner,
  LogLevel,
  ProgramSpec,
  SessionCommand,
  SessionEnd,
  SessionSpec,
  ToRunner,
} from '@claude-webui/protocol';
import { removeTree } from '@claude-webui/session-runner/files/remove-tree';
import { endProcesses } from '@claude-webui/session-runner/processes/end';
import { minimalEnvironment } from '../config/environment';
import type { Logger } from '../log';
import { endRunner } from '../runner-link/control';
import type { Placement, SessionBackend, Whereabouts } from './backend';
import { SessionStartError } from './backend';
import type { SessionLimitCounts, SessionRecord } from './directory';

/** Between a program's SIGHUP and its SIGKILL: Claude Code takes half a second to write its transcript. Milliseconds. */
const END_GRACE_MS = 3000;
/** A runner that is not gone this long after it was asked is killed. Milliseconds. */
const RUNNER_END_MS = 10_000;
/** The root of what a crashed runner left has gone, and its number may be another's by now. */
const NO_ROOT = -1;
const ATTACH_KEY_BYTES = 32;
/** Output kept for resuming. */
const REPLAY_BYTES = 4 * 1024 * 1024;

export interface ProcessBackendOptions {
  /** Where sessions have their directories. */
  workingDirectory: string;
  persistent: boolean;
  /** How many sessions there may be. */
  sessions: SessionLimitCounts;
  program: Pick<ProgramSpec, 'path' | 'args' | 'kind' | 'confinement'>;
  /** For the runners' own logs. */
  logLevel: LogLevel;
  limits: BindRequest['limits'];
  log: Logger;
}

interface Runner {
  child: ChildProcess;
  /** Resolves when the process has gone. */
  gone: Promise<void>;
}

/** Sessions as child processes on this machine. They live on when their gateway does not. */
export class ProcessBackend implements SessionBackend {
  readonly limits: SessionLimitCounts;
  /** Those that this gateway has started. */
  private readonly runners = new Map<string, Runner>();
  /** Sockets of all runners on this machine. Short, for a socket's path has at most 107 bytes (unix(7)). */
  private readonly runtimeDirectory = join(tmpdir(), `claude-webui-${userInfo().uid}`);

  /** @throws Error when a directory cannot be used */
  constructor(private readonly options: ProcessBackendOptions) {
    this.limits = options.sessions;
    prepareDirectory(options.workingDirectory, 'Set CLAUDE_WORKING_DIR to a directory of your own.');
    prepareDirectory(this.runtimeDirectory, 'Set TMPDIR to a directory of your own.');
  }

  terms(): Pick<SessionRecord, 'attachKey' | 'workspaceKept'> {
    const attachKey = randomBytes(ATTACH_KEY_BYTES).toString('base64url');
    return { attachKey, workspaceKept: this.options.persistent };
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
    const runner = { child, gone: this.departure(sessionId, child) };
    this.runners.set(sessionId, runner);
    let kill: NodeJS.Timeout | undefined;
    const abort = () => {
      send(child, { type: 'end', reason: 'server-stopping' });
      kill = setTimeout(() => child.kill('SIGKILL'), RUNNER_END_MS);
    };
    signal.addEventListener('abort', abort, { once: true });
    send(child, { type: 'start', spec: this.specOf(placement, socketPath) });
    if (signal.aborted) abort();
    try {
      await ready(child);
    } catch (error) {
      await this.clearAway(sessionId, runner, socketPath);
      throw error;
    } finally {
      signal.removeEventListener('abort', abort);
      clearTimeout(kill);
    }
    // From here on it is followed on its socket, and is nobody's child.
    child.disconnect();
    child.unref();
    return { endpoint: `unix:${socketPath}` };
  }

  async end(record: SessionRecord, reason: 'terminated' | 'server-stopping'): Promise<SessionEnd | null> {
    const runner = this.runners.get(record.id);
    if (record.endpoint === null && runner !== undefined) send(runner.child, { type: 'end', reason });
    const timeout = AbortSignal.timeout(RUNNER_END_MS);
    timeout.addEventListener('abort', () => runner?.child.kill('SIGKILL'));
    // One that cannot be reached has gone, or is killed in time.
    const end = record.endpoint === null ? null : await endRunner(record, reason, timeout).catch(() => null);
    await runner?.gone;
    return end;
  }

  /** Sessions of other machines are not. */
  reaches({ endpoint }: SessionRecord): boolean {
    return endpoint !== null && existsSync(socketPathOf(endpoint));
  }

  /** Whoever serves a socket lives. What has not lived to say how it ended has crashed. */
  async relocate({ sessionId }: Placement, endpoint: string | null): Promise<Whereabouts> {
    if (endpoint !== null && (await answers(socketPathOf(endpoint)))) return { endpoint };
    await this.sweep(sessionId, endpoint);
    return { end: { reason: 'runner-crashed', exitCode: null } };
  }

  private async departure(sessionId: string, child: ChildProcess): Promise<void> {
    await new Promise<void>((resolve) => {
      child.once('exit', () => resolve());
      child.once('error', () => resolve());
    });
    this.runners.delete(sessionId);
  }

  /** After a start that failed, however it did: nothing of it is left. */
  private async clearAway(sessionId: string, runner: Runner, socketPath: string): Promise<void> {
    const kill = setTimeout(() => runner.child.kill('SIGKILL'), RUNNER_END_MS);
    await runner.gone;
    clearTimeout(kill);
    await this.sweep(sessionId, `unix:${socketPath}`);
  }

  /** Clears away what a runner that crashed has left: it cannot be asked, but its session's processes carry a mark. */
  private async sweep(id: string, endpoint: string | null): Promise<void> {
    await endProcesses(NO_ROOT, id, 0);
    if (endpoint !== null) await rm(socketPathOf(endpoint), { force: true });
    const { persistent, workingDirectory, log } = this.options;
    if (persistent) return;
    await removeTree(join(workingDirectory, id)).catch((error: unknown) =>
      log.warn({ err: error, sessionId: id }, 'the directory of a session that has ended could not be removed'),
    );
  }

  private specOf(placement: Placement, socketPath: string): SessionSpec {
    const { workingDirectory, persistent, program, limits, logLevel } = this.options;
    const { sessionId, owner, workspace, attachKey, size, env, command, policy } = placement;
    return {
      sessionId,
      attachKey,
      listen: { socketPath },
      directory: persistent ? join(workingDirectory, owner, workspace) : join(workingDirectory, sessionId),
      persistent,
      program: { ...programFor(command, program), env },
      size,
      policy,
      logLevel,
      limits: { ...limits, replayBytes: REPLAY_BYTES, endGraceMs: END_GRACE_MS },
    };
  }
}

/** Claude Code, or what the session is to run in its place, held apart in the same way. */
function programFor(
  { program, args, newConversationOf }: SessionCommand,
  usual: ProcessBackendOptions['program'],
): Omit<ProgramSpec, 'env'> {
  if (program !== null) return { path: program, args, kind: 'plain', confinement: usual.confinement };
  return { ...usual, args: [...usual.args, ...args], newConversationOf };
}

/** Resolves when the runner takes attaches. @throws SessionStartError */
function ready(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    const crashed = () => reject(new SessionStartError({ reason: 'runner-crashed', exitCode: null }));
    child.once('exit', crashed);
    child.once('error', crashed);
    child.once('message', (message) => {
      // Our own program speaks.
      const said = message as FromRunner;
      if (said.type === 'ready') resolve();
      else reject(new SessionStartError(said.end));
    });
  });
}

const socketPathOf = (endpoint: string) => endpoint.replace(/^unix:/, '');

async function answers(path: string): Promise<boolean> {
  const socket = connect({ path });
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

function send(child: ChildProcess, message: ToRunner): void {
  // A child that has gone already cannot be told; its exit says the rest.
  child.send(message, () => undefined);
}

/** The defaults lie in /tmp, where anybody could have put them before us. */
function prepareDirectory(directory: string, remedy: string): void {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const owner = statSync(directory).uid;
  if (process.getuid !== undefined && owner !== process.getuid()) {
    throw new Error(`${directory} belongs to another user. ${remedy}`);
  }
  chmodSync(directory, 0o700);
}
