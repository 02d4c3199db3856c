import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { background } from '@claude-webui/protocol';
import type {
  BindRequest,
  PodStatus,
  ProgramSpec,
  SessionCommand,
  SessionEnd,
  SessionPolicy,
  SessionSpec,
} from '@claude-webui/protocol';
import { PRESET_SESSION_POLICY, SCROLLBACK_LINES } from '@claude-webui/protocol';
import type { Logger } from 'pino';
import { AttachServer } from '../attach-server/attach-server';
import { ControlLinks } from '../attach-server/control-links';
import { parseBindRequest } from '../config/messages';
import type { PodEnvironment } from '../config/pod-environment';
import { WorkspaceServer } from '../files/workspace-server';
import { RunnerMetrics } from '../metrics/runner-metrics';
import { giveWay } from '../processes/priority';
import { ProcessLimit } from '../processes/process-limit';
import { placesOf, prepareProgram } from '../program/prepare';
import type { Probe } from '../claude/self-test';
import { provePolicy } from '../session/prove-policy';
import { Session } from '../session/session';
import { bindClaims, boundSession } from './bind-token';
import { cliEnvironment, sameEnvironment, splitEnvironment } from './cli-environment';
import { ModelHop } from './model-hop';
import { StatusServer } from './status-server';

/** Output kept for resuming. */
const REPLAY_BYTES = 4 * 1024 * 1024;
/** Between a program's SIGHUP and its SIGKILL: Claude Code takes half a second to write its transcript. Milliseconds. */
const END_GRACE_MS = 3000;
/** For those who are connected to hear that the pod goes. Milliseconds. */
const CLOSE_MS = 1000;
/** Until somebody's browser says how large it is. */
const WARM_SIZE = { cols: 120, rows: 40 };

export type PodProgram = Pick<ProgramSpec, 'path' | 'args' | 'kind' | 'newConversationOf'>;

/** What a program is started with, and cannot be given later. */
interface Outfit {
  env: Record<string, string>;
  command: SessionCommand;
  policy: SessionPolicy;
}

/** The program as it was started, and with what. */
interface Running {
  session: Session;
  probe: Probe | null;
  outfit: Outfit;
  spec: SessionSpec;
}

/** The CLI itself, as long as nobody asks for more. */
const CLI: SessionCommand = { program: null, args: [] };

/** The end of a pod in which something could not be started. */
export function failedStart(error: unknown): SessionEnd {
  return { reason: 'start-failed', exitCode: null, detail: error instanceof Error ? error.message : String(error) };
}

/**
 * A runner in a pod: it starts the CLI before it knows whose it will be, learns that from a gateway's signed word, once, and
 * then is that session until its end.
 */
export class Pod {
  /** Resolves with how it ended when nothing of it is left. */
  readonly over: Promise<SessionEnd>;
  private readonly server: AttachServer;
  private readonly control = new ControlLinks();
  private readonly metrics = new RunnerMetrics();
  private readonly statusServer: StatusServer;
  private readonly hop: ModelHop;
  private processLimit: ProcessLimit | null = null;
  private files: WorkspaceServer | null = null;
  private hopUrl = '';
  private running: Running | null = null;
  private bound: { request: BindRequest; done: Promise<number> } | null = null;
  /** Resolves when the pod is being taken away. */
  private readonly leaving: Promise<void>;
  private isLeaving = false;
  private readonly proving = new AbortController();
  private hurry: () => void = () => undefined;
  private tellOver: (end: SessionEnd) => void = () => undefined;

  constructor(
    private readonly environment: PodEnvironment,
    private readonly program: PodProgram,
    private readonly log: Logger,
  ) {
    this.over = new Promise((resolve) => (this.tellOver = resolve));
    this.leaving = new Promise((resolve) => (this.hurry = resolve));
    const failed = (error: unknown) => log.error({ err: error }, 'a request to the runner failed');
    this.server = new AttachServer(failed, {
      mayBind: (authorization) => bindClaims(authorization, environment) !== null,
      bind: (authorization, body) => this.bind(authorization, body),
    });
    this.statusServer = new StatusServer(() => this.status, this.metrics, failed);
    this.hop = new ModelHop(failed);
  }

  /** Starts the program, then serves. Resolves with its ports. */
  async open(): Promise<{ attachPort: number; statusPort: number }> {
    const { attachPort, statusPort, modelUrl, maxProcesses } = this.environment;
    if (maxProcesses !== null) this.processLimit = new ProcessLimit(maxProcesses, (count) => this.tooMany(count));
    this.hopUrl = await this.hop.listen();
    const env = cliEnvironment(this.environment.session, modelUrl === null ? null : this.hopUrl, {});
    this.start({ env, command: CLI, policy: PRESET_SESSION_POLICY });
    await this.server.listen({ port: attachPort });
    return { attachPort: this.server.port, statusPort: await this.statusServer.listen(statusPort) };
  }

  /** The pod is being taken away. The program may end in order; the session is perhaps not over. */
  async leave(): Promise<void> {
    this.isLeaving = true;
    this.proving.abort();
    this.hurry();
    if (this.running === null) this.tellOver({ reason: 'server-stopping', exitCode: null });
    await this.running?.session.leave();
  }

  /** Closes what it has opened; whoever is still connected then is cut off with the process. */
  async close(): Promise<void> {
    this.processLimit?.close();
    this.hop.close();
    this.statusServer.close();
    this.server.dismiss();
    const timeout = new Promise((resolve) => setTimeout(resolve, CLOSE_MS).unref());
    await Promise.race([this.server.close(), timeout]);
    await this.files?.close();
  }

  /** Waits until a gateway has heard of the end, unless the pod has no time. */
  async announce(end: SessionEnd): Promise<void> {
    if (this.bound !== null && !this.isLeaving) await Promise.race([this.control.ended(end), this.leaving]);
  }

  private get status(): PodStatus {
    const report = this.running?.session.report ?? null;
    return {
      bound: this.bound !== null,
      sessionId: this.bound?.request.sessionId ?? null,
      report: this.bound === null ? null : report,
      cliReady: report !== null && report.activity !== 'starting',
    };
  }

  /** A program that cannot be started is the pod's end: a bind would find nothing, now or later. */
  private start(outfit: Outfit): void {
    try {
      this.startProgram(outfit);
    } catch (error) {
      this.log.error({ err: error }, 'the program could not be started');
      this.tellOver(failedStart(error));
    }
  }

  private startProgram(outfit: Outfit): void {
    const spec = this.specOf(outfit);
    const prepared = prepareProgram(spec);
    if ('problem' in prepared) return this.tellOver(prepared.problem);
    const session = new Session(spec, prepared, {
      report: (report) => this.control.tell({ type: 'report', report }),
      measure: (measure) => {
        this.metrics.measure(measure);
        this.control.tell({ type: 'measure', measure });
      },
      screenFailed: (error) => this.log.error({ err: error }, 'the terminal emulator failed and was replaced'),
      // One that gave way to another is not what the pod is for.
      ended: (end) => {
        if (this.running?.session === session) this.tellOver(end);
      },
    });
    giveWay(session.pid);
    this.running = { session, probe: prepared.probe, outfit, spec };
  }

  /** Of a pod, all but the runner is the session's. */
  private tooMany(processes: number): void {
    const session = this.running?.session;
    if (session === undefined || session.isEnding) return;
    // First the end, which is a kill: as long as they live they take the CPU from whoever tells of it.
    background('end-session', session.end('too-many-processes'));
    this.log.warn({ processes, maxProcesses: this.environment.maxProcesses }, 'the session has too many processes');
  }

  private async bind(authorization: string | undefined, body: Buffer): Promise<number> {
    const sessionId = boundSession(authorization, body, this.environment);
    if (sessionId === null) {
      this.log.warn('a bind was refused: its token is not a good one for this pod and this body');
      return 401;
    }
    const request = parseBindRequest(body.toString('utf8'));
    if (request?.sessionId !== sessionId) return 400;
    if (this.running === null) return 503;
    if (this.bound !== null && this.bound.request.sessionId !== sessionId) return 409;
    const { model } = splitEnvironment(request.env);
    // Also of one that is bound already: tokens run out, and who binds again brings another.
    if (model !== null) this.hop.use(model);
    this.bound ??= { request, done: this.become(request) };
    return this.bound.done;
  }

  /** Makes the running program this session, or starts it anew with what the session brings. */
  private async become({ sessionId, attachKey, size, limits, ...given }: BindRequest): Promise<number> {
    const { model, rest } = splitEnvironment(given.env);
    const env = cliEnvironment(this.environment.session, model === null ? null : this.hopUrl, rest);
    const wanted = { env, command: given.command, policy: given.policy };
    const isAdopted = this.running !== null && isSameOutfit(this.running.outfit, wanted);
    if (!isAdopted) await this.startAnew(wanted);
    const { running } = this;
    if (running === null) return 503;
    const problem = await provePolicy(given.policy, running.probe, this.control, this.proving.signal);
    if (problem !== null) {
      this.log.error({ sessionId, ...problem }, 'the session is not started');
      this.tellOver(problem);
      return 503;
    }
    const own = { ...running.spec.limits, ...limits, ...this.endlessLimits() };
    running.session.begin({ sessionId, size, limits: own, policy: given.policy });
    this.files = new WorkspaceServer({ ...placesOf(running.spec), log: this.log });
    this.server.serve({
      session: running.session,
      control: this.control,
      sessionId,
      attachKey,
      files: this.files,
    });
    this.log.info({ sessionId, isAdopted }, 'bound to a session');
    return 204;
  }

  /** What the template keeps does not end by the gateway's limits. */
  private endlessLimits(): Partial<SessionSpec['limits']> {
    const { detached, idle } = this.environment.keeps;
    return { ...(detached ? { detachGraceMs: Infinity } : {}), ...(idle ? { idleTimeoutMs: 0 } : {}) };
  }

  private async startAnew(outfit: Outfit): Promise<void> {
    const before = this.running;
    this.running = null;
    await before?.session.end('terminated');
    this.start(outfit);
  }

  private specOf({ env, command, policy }: Outfit): SessionSpec {
    const { directory, attachPort, logLevel } = this.environment;
    return {
      // The mark of its processes; the session's own id is not known yet.
      sessionId: randomUUID(),
      attachKey: '',
      listen: { port: attachPort },
      directory,
      // An ephemeral volume goes with its pod, the other kind must not.
      persistent: true,
      program: { ...programOf(this.program, command), env, confinement: 'none' },
      policy,
      size: WARM_SIZE,
      limits: {
        idleTimeoutMs: 0,
        idleWarningMs: 0,
        detachGraceMs: 0,
        detachMaxWorkMs: 0,
        replayBytes: REPLAY_BYTES,
        scrollbackLines: SCROLLBACK_LINES,
        endGraceMs: END_GRACE_MS,
      },
      logLevel,
    };
  }
}

/** Whether a program started with the one could as well have been started with the other. */
function isSameOutfit(one: Outfit, other: Outfit): boolean {
  return (
    sameEnvironment(one.env, other.env) &&
    isDeepStrictEqual(one.command, other.command) &&
    isDeepStrictEqual(one.policy.claudeSettings, other.policy.claudeSettings)
  );
}

/** What the session's command makes of the pod's own program. */
function programOf(own: PodProgram, { program, args, newConversationOf }: SessionCommand): PodProgram {
  if (program !== null) return { path: program, args, kind: 'plain' };
  return { ...own, args: [...own.args, ...args], newConversationOf };
}
