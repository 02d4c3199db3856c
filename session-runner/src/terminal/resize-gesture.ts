import type { TerminalSize } from '@claude-webui/protocol';

/** A gesture is over when no size has come for so long. Milliseconds. */
const QUIET_MS = 50;
/** A gesture that goes on gets a size so often all the same. Milliseconds. */
const LONGEST_WAIT_MS = 1500;

/**
 * Makes one resize of the many that the dragging of a window's edge sends: a program redraws at each. Clients of ours send one per
 * gesture; this is for the others.
 */
export class ResizeGesture {
  private pending: { size: TerminalSize; since: number; timer: NodeJS.Timeout } | null = null;

  constructor(private readonly apply: (size: TerminalSize) => void) {}

  /** The size shall be this, soon. */
  want(size: TerminalSize): void {
    const now = performance.now();
    const since = this.pending?.since ?? now;
    this.cancel();
    const wait = Math.max(0, Math.min(QUIET_MS, since + LONGEST_WAIT_MS - now));
    this.pending = { size, since, timer: setTimeout(() => this.settle(), wait) };
  }

  /** Applies a size that waits now: what is typed next is for a terminal that has it. */
  settle(): void {
    const { pending } = this;
    this.cancel();
    if (pending !== null) this.apply(pending.size);
  }

  /** Forgets a size that waits. May be called twice. */
  cancel(): void {
    if (this.pending !== null) clearTimeout(this.pending.timer);
    this.pending = null;
  }
}
