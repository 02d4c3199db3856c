/** Allows so much a second, and what was saved up in quiet seconds at once. Pure; times are passed in, in milliseconds. */
export class TokenBucket {
  private tokens: number;

  /** @param burst what can be saved up; a bucket begins full */
  constructor(
    private readonly perSecond: number,
    private readonly burst: number,
    private at: number,
  ) {
    this.tokens = burst;
  }

  /** Takes what there may not be: who takes more has to wait. */
  take(amount: number, now: number): void {
    this.refill(now);
    this.tokens -= amount;
  }

  /** Until nothing is owed any more. */
  waitMs(now: number): number {
    this.refill(now);
    return this.tokens >= 0 ? 0 : Math.ceil((-this.tokens / this.perSecond) * 1000);
  }

  /** Whether more is owed than can be saved up. */
  isOverdrawn(now: number): boolean {
    this.refill(now);
    return this.tokens < -this.burst;
  }

  private refill(now: number): void {
    this.tokens = Math.min(this.burst, this.tokens + ((now - this.at) / 1000) * this.perSecond);
    this.at = now;
  }
}
