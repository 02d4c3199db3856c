import type { SessionEndReason, SessionLimits } from '@claude-webui/protocol';
import { after } from '@claude-webui/protocol';
import { IdleClock } from '../idle/idle-clock';

/** How long a new session waits for its first browser, however short the detach grace. Milliseconds. */
const FIRST_ATTACH_MS = 60_000;

/** When a session ends by itself: nobody has been attached for too long, or nothing has happened. */
export class Lifetime {
  private readonly idle: IdleClock;
  private stopGrace: (() => void) | null;
  private stopIdle: (() => void) | null = null;
  private closed = false;

  /** @param cpuMs CPU time of the session so far. `changed` is called when the idle countdown begins, goes on or stops. */
  constructor(
    private readonly limits: SessionLimits,
    private readonly cpuMs: () => number,
    private readonly events: { end(reason: SessionEndReason): void; changed(): void },
  ) {
    this.idle = new IdleClock(limits, Date.now());
    this.stopGrace = this.graceEndsIn(Math.max(FIRST_ATTACH_MS, limits.detachGraceMs));
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
    this.stopGrace?.();
    this.stopGrace = null;
  }

  /** The last attachment has gone. */
  abandoned(): void {
    if (!this.closed) this.stopGrace ??= this.graceEndsIn(this.limits.detachGraceMs);
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

  private graceEndsIn(ms: number): () => void {
    return after(ms, () => this.events.end('detach-timeout'));
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
