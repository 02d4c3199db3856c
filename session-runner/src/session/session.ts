import { randomBytes } from 'node:crypto';
import { background } from '@claude-webui/protocol';
import type {
  Activity,
  ClientFrame,
  RunnerMeasure,
  RunnerReport,
  RunnerScope,
  SessionEnd,
  SessionEndReason,
  SessionSpec,
  TerminalSize,
} from '@claude-webui/protocol';
import { MAX_OUTPUT_PAYLOAD_BYTES } from '@claude-webui/protocol';
import { ActivityWatch } from '../activity/activity-watch';
import type { HookEvent } from '../claude/hooks';
import { Guard } from '../control-sequences/guard';
import { InputIntake } from '../input-queue/input-intake';
import { Coalescer, HOLD_MS } from '../output-buffer/coalescer';
import { OutputBuffer } from '../output-buffer/output-buffer';
import { sessionCpuMs } from '../processes/cpu';
import { endProcesses } from '../processes/end';
import { MemoryKills } from '../processes/memory-kills';
import type { Prepared } from '../program/prepare';
import { Screen } from '../screen/screen';
import { ResizeGesture } from '../terminal/resize-gesture';
import { READ_BYTES, Terminal } from '../terminal/terminal';
import type { Peer } from './attachment';
import { Attachment } from './attachment';
import { Audience } from './audience';
import { Lifetime } from './lifetime';
import { PolicyHits } from './policy-hits';
import { ToolTimes } from './tool-times';

/** Output so soon after a resize is its doing, unless something was typed: a program redraws, and is no more at work than before. Milliseconds. */
const RESIZE_WAKE_MS = 2000;
/** The report to the gateway goes at most this often. Milliseconds. */
const REPORT_INTERVAL_MS = 1000;
/** signal(7) */
const SIGKILL = 9;

export interface AttachRequest {
  client: string;
  scope: Extract<RunnerScope, 'drive' | 'view'>;
  /** Output offset to go on from; null for the screen as it is. */
  from: number | null;
  /** The stream that `from` counts in; null for this one. */
  stream: string | null;
  takeOver: boolean;
  size: TerminalSize | null;
}

export interface SessionListener {
  report(report: RunnerReport): void;
  measure(measure: RunnerMeasure): void;
  /** The terminal emulator has thrown and was replaced: a reload may show less than was there. Called once. */
  screenFailed(error: unknown): void;
  /** Nothing of the session is left. Called once. */
  ended(end: SessionEnd): void;
}

/** What makes a started program a session of somebody's. */
export type SessionTerms = Pick<SessionSpec, 'sessionId' | 'size' | 'limits' | 'policy'>;

/**
 * One session: a program in a terminal, its output, and who is attached to it. Knows no transport. The program may run before
 * it is known whose it will be; its processes carry `spec.sessionId` as their mark whatever the session is called.
 */
export class Session {
  /** Tells this output from that of another pod of the same session. */
  private readonly stream = randomBytes(8).toString('hex');
  private readonly output: OutputBuffer;
  private readonly coalescer = new Coalescer(MAX_OUTPUT_PAYLOAD_BYTES, READ_BYTES);
  private readonly screen: Screen;
  private readonly audience: Audience;
  private readonly inputs: InputIntake;
  private readonly resizes = new ResizeGesture();
  /** Null until the session has begun. */
  private lifetime: Lifetime | null = null;
  private sessionId: string;
  private readonly tools: ToolTimes;
  private readonly hits: PolicyHits;
  private readonly guard: Guard;
  private readonly memory = new MemoryKills();

  private size: TerminalSize;
  /** Output before this time is the doing of a resize. Milliseconds of the monotonic clock. */
  private redrawsUntil = 0;
  /** Null for a program that is not Claude Code: it always works. */
  private readonly claude: ActivityWatch | null;
  private screenCongested = false;
  private closed = false;
  private ending: { reason: SessionEndReason; done: Promise<void> } | null = null;
  /** Whoever is attached is not told that it is over. */
  private goesOnElsewhere = false;

  private flushTimer: NodeJS.Timeout | null = null;
  private reportTimer: NodeJS.Timeout | null = null;
  private readonly startedAt = Date.now();

  private readonly terminal: Terminal;

  /** Starts the prepared program. Nobody attaches, and nothing ends it for want of anybody, until `begin`. */
  constructor(
    private readonly spec: SessionSpec,
    private readonly prepared: Prepared,
    private readonly listener: SessionListener,
  ) {
    this.size = spec.size;
    this.sessionId = spec.sessionId;
    this.claude = prepared.hooks === null ? null : new ActivityWatch((activity) => this.activityChanged(activity));
    this.output = new OutputBuffer(spec.limits.replayBytes, spec.size);
    this.screen = new Screen(
      spec.limits.scrollbackLines,
      (congested) => {
        this.screenCongested = congested;
        this.regulate();
      },
      (error) => listener.screenFailed(error),
    );
    this.audience = new Audience(this.output, this.screen, {
      dropped: () => listener.measure({ name: 'backpressure-drop' }),
      givenUp: () => this.regulate(),
    });
    this.tools = new ToolTimes(listener);
    this.hits = new PolicyHits(listener);
    this.guard = new Guard(spec.policy, READ_BYTES, {
      typed: (data) => this.terminal.write(data),
      hit: (rule) => this.hits.add(rule),
    });
    this.terminal = new Terminal(prepared.command, spec.size, {
      output: (piece) => this.took(piece),
      inputDrained: () => this.inputs.acknowledge(),
      exited: (status) => this.programLeft(status),
    });
    this.inputs = this.newIntake();
    prepared.hooks?.subscribe((event) => this.hook(event));
    prepared.settings?.subscribe(() => background('end-session', this.end('policy-not-enforced')));
  }

  /** From now on it is this session, and its limits count. */
  begin({ sessionId, size, limits, policy }: SessionTerms): void {
    this.sessionId = sessionId;
    this.guard.adopt(policy);
    this.screen.keepLines(limits.scrollbackLines);
    this.lifetime = new Lifetime(limits, () => sessionCpuMs(this.terminal.pid, this.spec.sessionId), {
      end: (reason) => background('end-session', this.end(reason)),
      changed: () => this.changed(),
    });
    this.lifetime.works(this.claude?.activity === 'working');
    this.resize(size);
  }

  private get activity(): Activity {
    return this.claude?.activity ?? 'working';
  }

  /** As gateways are told of it. */
  get report(): RunnerReport {
    return {
      activity: this.activity,
      attachments: this.audience.size,
      lastActivityAt: this.lifetime?.lastActivityAt ?? this.startedAt,
    };
  }

  /** Of the program; it may have ended. */
  get pid(): number {
    return this.terminal.pid;
  }

  /** Nothing of it is left to attach to. */
  get isOver(): boolean {
    return this.closed;
  }

  get isEnding(): boolean {
    return this.ending !== null;
  }

  /** Lets a client in. Its frames then go to `receive`, and `detach` says that it has gone. */
  attach(request: AttachRequest, peer: Peer): Attachment {
    const attachment = new Attachment(request.client, request.scope, peer);
    this.lifetime?.attached();
    const from = request.stream === null || request.stream === this.stream ? request.from : null;
    const refused = this.inputs.refusedOf(request.client);
    const attached = this.audience
      .attach(attachment, from, request.takeOver, {
        sessionId: this.sessionId,
        stream: this.stream,
        inputSequence: this.inputs.takenFrom(request.client),
        ...(refused === null ? {} : { refused }),
        scrollbackLines: this.screen.keptLines,
        shared: () => this.shared(),
      })
      .then(() => this.regulate())
      .catch((error: unknown) => {
        this.audience.dismiss(attachment);
        throw error;
      });
    background('attach', attached);
    if (request.size !== null && this.audience.roleOf(attachment) === 'driver') this.resize(request.size);
    this.changed();
    return attachment;
  }

  detach(attachment: Attachment): void {
    this.audience.detach(attachment);
    this.inputs.forget(attachment);
    if (this.audience.size === 0) this.lifetime?.abandoned();
    this.regulate();
    this.changed();
  }

  /** A frame from an attached client. */
  receive(attachment: Attachment, frame: ClientFrame): void {
    switch (frame.type) {
      case 'input':
        return this.inputs.take(attachment, frame.sequence, frame.data);
      case 'ack':
        this.audience.acknowledge(attachment, frame.offset);
        return this.regulate();
      case 'resize':
        return this.resizeSoon(attachment, frame.size);
      case 'want-scrollback':
        return this.audience.sendScrollback(attachment, frame.offset, frame.position);
      case 'take-over':
        if (!this.audience.takeOver(attachment))
          return attachment.send({ type: 'refused', refused: { code: 'not-driver' } });
        this.regulate();
        return this.changed();
    }
  }

  /** A model call of this session is in flight for so long, unless this is called again. */
  modelCall(ttlMs: number): void {
    this.lifetime?.modelCallUntil(Date.now() + ttlMs);
  }

  /** Ends the session: SIGHUP, a grace, SIGKILL for all that is left. Resolves when nothing is; may be called twice. */
  end(reason: SessionEndReason): Promise<void> {
    // In their grace, too many would become more.
    const graceMs = reason === 'too-many-processes' ? 0 : this.spec.limits.endGraceMs;
    this.ending ??= { reason, done: endProcesses(this.terminal.pid, this.spec.sessionId, graceMs) };
    // What the program says on its way out is read, whoever is attached or not.
    this.regulate();
    return this.ending.done;
  }

  /**
   * Ends the program because its place goes away. Those who are attached lose their connection, no more: what becomes of the
   * session is for others to say.
   */
  leave(): Promise<void> {
    this.goesOnElsewhere = !this.isEnding;
    return this.end('server-stopping');
  }

  /** Output of the program. */
  private took(piece: Buffer): void {
    this.claude?.output(piece);
    // Before it has an offset: what is kept back was never output.
    for (const passed of this.guard.output(piece)) {
      if (this.coalescer.add(passed, performance.now()) === 'flush') this.flush();
      else this.flushTimer ??= setTimeout(() => this.flush(), HOLD_MS);
    }
  }

  private flush(): void {
    if (this.flushTimer !== null) clearTimeout(this.flushTimer);
    this.flushTimer = null;
    const bytes = this.coalescer.held;
    if (bytes === 0) return;
    if (performance.now() >= this.redrawsUntil) this.lifetime?.active();
    this.beforeGrowing(bytes);
    this.screen.push({ type: 'output', data: this.output.append(this.coalescer.take()) });
    this.audience.produced(this.output.end);
    this.audience.pump();
    this.regulate();
  }

  /** The screen begins to follow before the first of the stream leaves the buffer. */
  private beforeGrowing(bytes: number): void {
    if (!this.screen.isOpen && this.output.startAfter(bytes) > 0) this.screen.open(this.output);
  }

  /** Lets the program run or wait, as those who need its output can take it. */
  private regulate(): void {
    const wait = this.ending === null && (this.screenCongested || this.audience.isDriverStalled);
    if (wait) this.terminal.pause();
    else this.terminal.resume();
  }

  private newIntake(): InputIntake {
    return new InputIntake({
      queuedBytes: () => this.terminal.queuedInputBytes,
      isDriver: (attachment) => this.audience.roleOf(attachment) === 'driver',
      type: (data) => {
        // A client's messages keep their order: the program sees the size before what was typed after it.
        this.resizes.settle();
        this.redrawsUntil = 0;
        this.lifetime?.active();
        this.claude?.typed(data);
        return this.guard.input(data) ? 'line-too-long' : null;
      },
      dismiss: (attachment) => this.audience.dismiss(attachment),
    });
  }

  private resizeSoon(attachment: Attachment, size: TerminalSize): void {
    const isDriver = () => this.audience.roleOf(attachment) === 'driver';
    // Another may have taken over when the gesture ends.
    if (isDriver()) this.resizes.want(() => isDriver() && this.resize(size));
  }

  private resize(size: TerminalSize): void {
    this.resizes.cancel();
    if (size.cols === this.size.cols && size.rows === this.size.rows) return;
    // What the program has put out already was made for the size before.
    this.terminal.readAvailable();
    this.flush();
    this.beforeGrowing(0);
    this.size = size;
    this.redrawsUntil = performance.now() + RESIZE_WAKE_MS;
    this.output.appendSize(size);
    this.screen.push({ type: 'size', size });
    this.terminal.resize(size);
    this.audience.pump();
    this.changed();
  }

  private hook(event: HookEvent): void {
    if (event.type === 'tool') this.tools.observe(event);
    if (event.type === 'activity') this.claude?.hook(event.activity);
  }

  private activityChanged(activity: Activity): void {
    this.lifetime?.works(activity === 'working');
    this.changed();
  }

  private shared(): { size: TerminalSize; activity: Activity; idleEndsInMs: number | null } {
    return { size: this.size, activity: this.activity, idleEndsInMs: this.lifetime?.idleEndsInMs ?? null };
  }

  /** Something that clients or the gateway show has changed. */
  private changed(): void {
    if (this.closed) return;
    this.audience.tell(this.shared());
    this.reportTimer ??= setTimeout(() => {
      this.reportTimer = null;
      this.listener.report(this.report);
    }, REPORT_INTERVAL_MS);
  }

  private programLeft({ exitCode, signal }: { exitCode: number; signal: number | null }): void {
    this.flush();
    const byItself = this.ending === null;
    const wasKilled = signal === SIGKILL || exitCode === 128 + SIGKILL;
    const reason = this.ending?.reason ?? (wasKilled && this.memory.happened() ? 'out-of-memory' : 'exited');
    this.listener.measure({
      name: 'command',
      group: this.spec.program.kind,
      seconds: (Date.now() - this.startedAt) / 1000,
    });
    // Whatever could not be ended, the end is told.
    const closed = this.end(reason).finally(() =>
      this.close({ reason, exitCode: byItself && reason === 'exited' ? exitCode : null }),
    );
    background('end-session', closed);
  }

  private async close(end: SessionEnd): Promise<void> {
    this.closed = true;
    try {
      this.inputs.close();
      this.resizes.cancel();
      this.lifetime?.close();
      this.claude?.close();
      this.guard.close();
      this.hits.close();
      const timers = [this.flushTimer, this.reportTimer];
      for (const timer of timers) if (timer !== null) clearTimeout(timer);
      this.screen.close();
      await this.prepared.close();
    } finally {
      this.audience.end(this.goesOnElsewhere ? null : end);
      this.listener.ended(end);
    }
  }
}
