/**
 * Decides when nothing happens in a session. Activity is terminal output or input, CPU time of the session's processes
 * and model calls in flight; an open connection is not. Pure: the clock is passed in, in milliseconds.
 */

/** An idle CLI takes 2 % of a core by itself. */
const ACTIVE_CPU_SHARE = 0.05;
/** CPU is looked at this often while the end is far. */
const SAMPLE_INTERVAL_MS = 60_000;
/** The countdown is renewed this often. */
const WARNING_INTERVAL_MS = 5_000;

export interface IdleLimits {
  /** 0: never. */
  idleTimeoutMs: number;
  /** How long before the end people are told. */
  idleWarningMs: number;
}

export interface IdleState {
  /** Milliseconds to the end, from when people are told of it; null before. */
  endsInMs: number | null;
  expired: boolean;
  /** When to take the next CPU sample and ask again, in milliseconds from now; Infinity when idle ending is off. */
  checkInMs: number;
}

export class IdleClock {
  private lastAt: number;
  private callUntil = 0;
  private sample: { cpuMs: number; at: number } | null = null;

  constructor(
    private readonly limits: IdleLimits,
    now: number,
  ) {
    this.lastAt = now;
  }

  /** When something last happened. */
  get lastActivityAt(): number {
    return this.lastAt;
  }

  /** Something happened. */
  active(now: number): void {
    this.lastAt = now;
  }

  /** A model call is in flight until then. A time gone by ends it. */
  modelCallUntil(until: number): void {
    this.callUntil = until;
  }

  /** CPU time that the session's processes have used so far. */
  cpuSample(cpuMs: number, now: number): void {
    const before = this.sample;
    this.sample = { cpuMs, at: now };
    // Processes that have ended take their time with them: less than before says nothing.
    if (before !== null && cpuMs - before.cpuMs > (now - before.at) * ACTIVE_CPU_SHARE) this.active(now);
  }

  state(now: number): IdleState {
    const { idleTimeoutMs, idleWarningMs } = this.limits;
    if (idleTimeoutMs === 0) return { endsInMs: null, expired: false, checkInMs: Infinity };
    const since = Math.max(this.lastAt, Math.min(this.callUntil, now));
    const left = Math.max(0, since + idleTimeoutMs - now);
    const untilWarning = left - idleWarningMs;
    return {
      endsInMs: untilWarning <= 0 ? left : null,
      expired: left === 0,
      checkInMs: untilWarning > 0 ? Math.min(SAMPLE_INTERVAL_MS, untilWarning) : Math.min(WARNING_INTERVAL_MS, left),
    };
  }
}
