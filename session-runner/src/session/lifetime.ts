import type { SessionEndReason, SessionLimits } from '@claude-webui/protocol';
import { after } from '@claude-webui/protocol';
import { IdleClock } from '../idle/idle-clock';
import { DetachClock } from './detach-clock';

/** How long a new session waits for its first browser, however short the detach grace. Milliseconds. */
const FIRST_ATTACH_MS = 60_000;

/** When a session ends by itself: nobody has been attached for too long, or nothing has happened. */
export class Lifetime {
  private readonly idle: IdleClock;
  private readonly detach: DetachClock;
  private stopGrace: (() => void) | null = null;
  private stopIdle: (() => void) | null = null;
  private closed = false;

  /** @param cpuMs CPU time of the session so far. `changed` is called when the idle countdown begins, goes on or stops. */
  constructor(
    limits: SessionLimits,
    private readonly cpuMs: () => number,
    private readonly events: { end(reason: SessionEndReason): void; changed(): void },
  ) {
    this.idle = new IdleClock(limits, Date.now());
    this.detach = new DetachClock({ graceMs: limits.detachGraceMs, maxWorkMs: limits.detachMaxWorkMs });
    this.detach.abandoned(Date.now(), Math.max(FIRST_ATTACH_MS, limits.detachGraceMs));
    this.awaitGrace();
    this.scheduleCheck();
  }

  /** Milliseconds to the idle end while people are warned of it, else null. */
  get idleEndsInMs(): number | null {
    return this.idle.state(Date.now()).endsInMs;
  }

  /** Milliseconds since the epoch. */
  get lastActivityAt(): number {
    return this.idle.lastActivityAt;
  }

  attached(): void {
    this.detach.attached();
    this.awaitGrace();
  }

  /** The last attachment has gone. */
  abandoned(): void {
    this.detach.abandoned(Date.now());
    this.awaitGrace();
  }

  /** Whether Claude works now. */
  works(does: boolean): void {
    this.detach.works(does, Date.now());
    this.awaitGrace();
  }

  /** Something was typed or put out. */
  active(): void {
    const now = Date.now();
    const wasEnding = this.idle.state(now).endsInMs !== null;
    this.idle.active(now);
    if (wasEnding) this.events.changed();
  }

  modelCallUntil(atMs: number): void {
    this.idle.modelCallUntil(atMs);
  }

  close(): void {
    this.closed = true;
    this.stopGrace?.();
    this.stopIdle?.();
  }

  private awaitGrace(): void {
    this.stopGrace?.();
    const { endsAt } = this.detach;
    const isOver = this.closed || endsAt === null;
    this.stopGrace = isOver ? null : after(Math.max(0, endsAt - Date.now()), () => this.events.end('detach-timeout'));
  }

  private scheduleCheck(): void {
    const { checkInMs } = this.idle.state(Date.now());
    if (!this.closed) this.stopIdle = after(checkInMs, () => this.check());
  }

  private check(): void {
    this.idle.cpuSample(this.cpuMs(), Date.now());
    if (this.idle.state(Date.now()).expired) return this.events.end('idle-timeout');
    this.events.changed();
    this.scheduleCheck();
  }
}
