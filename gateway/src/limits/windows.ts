import { forgetOldest } from './forget-oldest';

/** Keys remembered. Above it the oldest is forgotten and begins anew. */
const MAX_KEYS = 10_000;

/** A key's window as it is after something was counted. */
export interface Window {
  used: number;
  /** Until it ends. */
  resetMs: number;
}

/** Counts by key in windows that begin with a key's first. Times are passed in, in milliseconds. */
export class Windows {
  private readonly windows = new Map<string, { endsAt: number; used: number }>();

  constructor(private readonly windowMs: number) {}

  take(key: string, now: number): Window {
    let window = this.windows.get(key);
    if (window === undefined || window.endsAt <= now) {
      window = { endsAt: now + this.windowMs, used: 0 };
      this.windows.delete(key);
      this.windows.set(key, window);
      forgetOldest(this.windows, MAX_KEYS);
    }
    window.used += 1;
    return { used: window.used, resetMs: window.endsAt - now };
  }

  /** Takes one back that should not have counted. */
  giveBack(key: string): void {
    const window = this.windows.get(key);
    if (window !== undefined && window.used > 0) window.used -= 1;
  }

  /** What was counted of a key. */
  used(key: string, now: number): number {
    const window = this.windows.get(key);
    return window === undefined || window.endsAt <= now ? 0 : window.used;
  }
}
