import { processCount } from './process-count';

/**
 * Between two looks; the kernel tells nobody. A fork bomb makes some 2000 processes a second, of 200 KiB each: much later, and
 * it would be the memory that is used up. Milliseconds.
 */
const LOOK_INTERVAL_MS = 250;

/** Watches that a container has no more than `max` processes and threads. */
export class ProcessLimit {
  private readonly timer: NodeJS.Timeout;

  /** `exceeded` is called with their number at each look that finds more. */
  constructor(max: number, exceeded: (count: number) => void, count: () => number | null = () => processCount()) {
    this.timer = setInterval(() => {
      const now = count();
      if (now !== null && now > max) exceeded(now);
    }, LOOK_INTERVAL_MS);
    this.timer.unref();
  }

  /** May be called twice. */
  close(): void {
    clearInterval(this.timer);
  }
}
