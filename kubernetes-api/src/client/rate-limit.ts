/** How many requests per second one client may send: a token bucket, first come first served. */

export interface RateLimit {
  /** Resolves when the caller may go on. */
  acquire(): Promise<void>;
}

export class TokenBucket implements RateLimit {
  private tokens: number;
  private refilledAt: number;

  constructor(
    private readonly perSecond: number,
    private readonly burst: number,
    /** Monotonic milliseconds. */
    private readonly now: () => number = () => performance.now(),
  ) {
    this.tokens = burst;
    this.refilledAt = now();
  }

  /** Milliseconds until the caller may go on; the token is taken. */
  reserve(): number {
    const now = this.now();
    this.tokens = Math.min(this.burst, this.tokens + ((now - this.refilledAt) * this.perSecond) / 1000);
    this.refilledAt = now;
    this.tokens -= 1;
    if (this.tokens >= 0) return 0;
    // Below zero stands the queue: each one waits for the tokens of those before it, too.
    return (-this.tokens * 1000) / this.perSecond;
  }

  /** Takes a token if there is one, and gives 0; else the milliseconds until there will be, with none taken. */
  tryTake(): number {
    const wait = this.reserve();
    if (wait > 0) this.tokens += 1;
    return wait;
  }

  async acquire(): Promise<void> {
    const wait = this.reserve();
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
  }
}
