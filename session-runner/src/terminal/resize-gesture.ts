/** A gesture is over when no size has come for so long. Milliseconds. */
const QUIET_MS = 50;
/** A size that follows another so soon may be the same gesture, slowly made: then it is over later. Milliseconds. */
const SAME_GESTURE_MS = 1500;
const SLOW_QUIET_MS = 500;
/** A gesture that goes on gets a size so often all the same. Milliseconds. */
const LONGEST_WAIT_MS = 1500;

/**
 * How long a size that comes now waits for the next, so that a drag of three seconds signals the program three times at most, however
 * fast its steps are. Milliseconds, as are the times of the first size that waits and of the last one that was applied.
 */
export function gestureWaitMs(now: number, since: number, appliedAt: number): number {
  const quiet = now - appliedAt < SAME_GESTURE_MS ? SLOW_QUIET_MS : QUIET_MS;
  return Math.max(0, Math.min(quiet, since + LONGEST_WAIT_MS - now));
}

/**
 * Makes one resize of the many that the dragging of a window's edge sends: a program redraws at each. Clients of ours send one per
 * gesture; this is for the others.
 */
export class ResizeGesture {
  private pending: { apply: () => void; since: number; timer: NodeJS.Timeout } | null = null;
  private appliedAt = -Infinity;

  /** Calls `apply` soon, unless this is called again before. */
  want(apply: () => void): void {
    const now = performance.now();
    const since = this.pending?.since ?? now;
    this.cancel();
    const timer = setTimeout(() => this.settle(), gestureWaitMs(now, since, this.appliedAt));
    this.pending = { apply, since, timer };
  }

  /** Applies a size that waits now: what is typed next is for a terminal that has it. */
  settle(): void {
    const { pending } = this;
    this.cancel();
    if (pending === null) return;
    this.appliedAt = performance.now();
    pending.apply();
  }

  /** Forgets a size that waits. May be called twice. */
  cancel(): void {
    if (this.pending !== null) clearTimeout(this.pending.timer);
    this.pending = null;
  }
}
