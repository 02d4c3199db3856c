import { randomBytes } from 'node:crypto';
import type {
  Activity,
  ClientFrame,
  Refused,
  RunnerMeasure,
  RunnerReport,
  RunnerScope,
  SessionEnd,
  SessionEndReason,
  SessionSpec,
  TerminalSize,
} from '@claude-webui/protocol';
import { MAX_OUTPUT_PAYLOAD_BYTES } from '@claude-webui/protocol';
import type { HookEvent } from '../claude/hooks';
import { Guard } from '../control-sequences/guard';
import { InputSequence } from '../input-queue/input-sequence';
import { Coalescer, HOLD_MS } from '../output-buffer/coalescer';
import { OutputBuffer } from '../output-buffer/output-buffer';
import { sessionCpuMs } from '../processes/cpu';
import { endProcesses } from '../processes/end';
import { MemoryKills } from '../processes/memory-kills';
import type { Prepared } from '../program/prepare';
import { Screen } from '../screen/screen';
import { READ_BYTES, Terminal } from '../terminal/terminal';
import type { Peer } from './attachment';
import { Attachment } from './attachment';
import { Audience } from './audience';
import { Lifetime } from './lifetime';
import { PolicyHits } from './policy-hits';
import { ToolTimes } from './tool-times';

/** Above this much input that the program has not taken, clients are not told that theirs was: they pause. */
const INPUT_HIGH_BYTES = 1024 * 1024;
/**
 * Input is acknowledged after a moment or so many bytes. Right away, every key would send two messages through the
 * gateway, and its echo would wait behind the other.
 */
const INPUT_ACK_DELAY_MS = 20;
const INPUT_ACK_QUANTUM_BYTES = 32 * 1024;
/** No client of ours gets this far, one that does is cut off. */
const MAX_INPUT_QUEUE_BYTES = 8 * 1024 * 1024;
/** Dragging a window's edge resizes many times a second, and a program redraws for each. Milliseconds. */
const RESIZE_DEBOUNCE_MS = 50;
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
  private readonly inputs = new InputSequence();
  /** Highest input number taken but not acknowledged, while the program is behind. */
  private readonly unacknowledged = new Map<Attachment, number>();
  private unacknowledgedBytes = 0;
  /** Null until the session has begun. */
  private lifetime: Lifetime | null = null;
  private sessionId: string;
  private readonly tools: ToolTimes;
  private readonly hits: PolicyHits;
  private readonly guard: Guard;
  private readonly memory = new MemoryKills();

  private size: TerminalSize;
  private wantedSize: TerminalSize;
  private activity: Activity;
  private screenCongested = false;
  private closed = false;
  private ending: { reason: SessionEndReason; done: Promise<void> } | null = null;
  /** Whoever is attached is not told that it is over. */
  private goesOnElsewhere = false;

  private flushTimer: NodeJS.Timeout | null = null;
  private resizeTimer: NodeJS.Timeout | null = null;
  private reportTimer: NodeJS.Timeout | null = null;
  private ackTimer: NodeJS.Timeout | null = null;
  private readonly startedAt = Date.now();

  private readonly terminal: Terminal;

  /** Starts the prepared program. Nobody attaches, and nothing ends it for want of anybody, until `begin`. */
  constructor(
    private readonly spec: SessionSpec,
    private readonly prepared: Prepared,
    private readonly listener: SessionListener,
  ) {
    this.size = this.wantedSize = spec.size;
    this.sessionId = spec.sessionId;
    this.activity = prepared.hooks === null ? 'working' : 'starting';
    this.output = new OutputBuffer(spec.limits.replayBytes);
    this.screen = new Screen(spec.size, (congested) => {
      this.screenCongested = congested;
      this.regulate();
    });
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
      inputDrained: () => this.acknowledgeInput(),
      exited: (status) => this.programLeft(status),
    });
    prepared.hooks?.subscribe((event) => this.hook(event));
    prepared.settings?.subscribe(() => void this.end('policy-not-enforced'));
  }

  /** From now on it is this session, and its limits count. */
  begin({ sessionId, size, limits, policy }: SessionTerms): void {
    this.sessionId = sessionId;
    this.guard.adopt(policy);
    this.lifetime = new Lifetime(limits, () => sessionCpuMs(this.terminal.pid, this.spec.sessionId), {
      end: (reason) => void this.end(reason),
      changed: () => this.changed(),
    });
    this.resizeNow(size);
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
    void this.audience
      .attach(attachment, from, request.takeOver, {
        sessionId: this.sessionId,
        stream: this.stream,
        inputSequence: this.inputs.of(request.client),
        shared: () => this.shared(),
      })
      .then(() => this.regulate());
    if (request.size !== null && this.audience.roleOf(attachment) === 'driver') this.resizeNow(request.size);
    this.changed();
    return attachment;
  }

  detach(attachment: Attachment): void {
    this.audience.detach(attachment);
    this.unacknowledged.delete(attachment);
    if (this.audience.size === 0) this.lifetime?.abandoned();
    this.regulate();
    this.changed();
  }

  /** A frame from an attached client. */
  receive(attachment: Attachment, frame: ClientFrame): void {
    switch (frame.type) {
      case 'input':
        return this.takeInput(attachment, frame.sequence, frame.data);
      case 'ack':
        this.audience.acknowledge(attachment, frame.offset);
        return this.regulate();
      case 'resize':
        if (this.audience.roleOf(attachment) === 'driver') this.resizeSoon(frame.size);
        return;
      case 'take-over':
        if (!this.audience.takeOver(attachment)) return refuse(attachment, 'not-driver');
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
    this.lifetime?.active();
    if (!this.screen.isOpen && this.output.startAfter(bytes) > 0) this.screen.open(this.output.payloads());
    this.screen.push(this.output.append(this.coalescer.take()));
    this.audience.pump();
    this.regulate();
  }

  /** Lets the program run or wait, as those who need its output can take it. */
  private regulate(): void {
    const wait = this.ending === null && (this.screenCongested || this.audience.isDriverStalled);
    if (wait) this.terminal.pause();
    else this.terminal.resume();
  }

  private takeInput(attachment: Attachment, sequence: number, data: Uint8Array): void {
    const verdict = this.inputs.offer(attachment.client, sequence);
    if (verdict === 'gap') return refuse(attachment, 'input-gap');
    if (verdict === 'take' && this.audience.roleOf(attachment) !== 'driver') {
      // Its number is taken all the same: it must not be typed once its sender drives.
      refuse(attachment, 'not-driver');
    } else if (verdict === 'take') {
      if (this.terminal.queuedInputBytes + data.length > MAX_INPUT_QUEUE_BYTES) {
        refuse(attachment, 'input-overflow');
        return this.audience.dismiss(attachment);
      }
      this.lifetime?.active();
      if (this.guard.input(data)) refuse(attachment, 'line-too-long');
    }
    this.unacknowledged.set(attachment, this.inputs.of(attachment.client));
    this.unacknowledgedBytes += data.length;
    if (this.unacknowledgedBytes >= INPUT_ACK_QUANTUM_BYTES) this.acknowledgeInput();
    else this.ackTimer ??= setTimeout(() => this.acknowledgeInput(), INPUT_ACK_DELAY_MS);
  }

  /** Tells clients that their input was taken, unless the program is so far behind that they should pause. */
  private acknowledgeInput(): void {
    if (this.ackTimer !== null) clearTimeout(this.ackTimer);
    this.ackTimer = null;
    if (this.terminal.queuedInputBytes > INPUT_HIGH_BYTES) return;
    this.unacknowledgedBytes = 0;
    for (const [attachment, sequence] of this.unacknowledged) attachment.send({ type: 'input-ack', sequence });
    this.unacknowledged.clear();
  }

  private resizeSoon(size: TerminalSize): void {
    this.wantedSize = size;
    this.resizeTimer ??= setTimeout(() => this.resizeNow(this.wantedSize), RESIZE_DEBOUNCE_MS);
  }

  private resizeNow(size: TerminalSize): void {
    if (this.resizeTimer !== null) clearTimeout(this.resizeTimer);
    this.resizeTimer = null;
    this.wantedSize = size;
    if (size.cols === this.size.cols && size.rows === this.size.rows) return;
    this.flush();
    this.size = size;
    this.screen.resize(size, this.output.end);
    this.terminal.resize(size);
    this.changed();
  }

  private hook(event: HookEvent): void {
    if (event.type === 'tool') this.tools.observe(event);
    if (event.type !== 'activity' || event.activity === this.activity) return;
    this.activity = event.activity;
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
    void this.end(reason).then(() =>
      this.close({ reason, exitCode: byItself && reason === 'exited' ? exitCode : null }),
    );
  }

  private async close(end: SessionEnd): Promise<void> {
    this.closed = true;
    this.acknowledgeInput();
    this.lifetime?.close();
    this.guard.close();
    this.hits.close();
    const timers = [this.flushTimer, this.resizeTimer, this.reportTimer, this.ackTimer];
    for (const timer of timers) if (timer !== null) clearTimeout(timer);
    this.screen.close();
    await this.prepared.close();
    this.audience.end(this.goesOnElsewhere ? null : end);
    this.listener.ended(end);
  }
}

function refuse(attachment: Attachment, code: Refused['code']): void {
  attachment.send({ type: 'refused', refused: { code } });
}
