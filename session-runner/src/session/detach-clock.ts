/**
 * Decides when a session that nobody is attached to ends. Its grace counts from when the last browser has gone and Claude has come to
 * rest; work puts it off by no more than `maxWorkMs`. Pure: the clock is passed in, in milliseconds.
 */

export interface DetachLimits {
  /** Of grace. */
  graceMs: number;
  /** By how much work may put it off. */
  maxWorkMs: number;
}

export class DetachClock {
  /** Null while somebody is attached. */
  private detached: { at: number; graceMs: number } | null = null;
  /** Null while Claude works. */
  private restsSince: number | null = -Infinity;

  constructor(private readonly limits: DetachLimits) {}

  attached(): void {
    this.detached = null;
  }

  /** Nobody is attached. @param graceMs another grace than usual */
  abandoned(now: number, graceMs = this.limits.graceMs): void {
    this.detached ??= { at: now, graceMs };
  }

  works(does: boolean, now: number): void {
    if (does) this.restsSince = null;
    else this.restsSince ??= now;
  }

  /** When the session ends as things are; null: it does not. */
  get endsAt(): number | null {
    if (this.detached === null) return null;
    const { at, graceMs } = this.detached;
    const restsSince = this.restsSince === null ? Infinity : Math.max(this.restsSince, at);
    return Math.min(restsSince, at + this.limits.maxWorkMs) + graceMs;
  }
}
