/** What is left of a speed after a millisecond; that of lists on phones. */
const KEPT_PER_MS = 0.998;
/** Slower is standing still. Pixels per millisecond. */
const SLOWEST = 0.03;
/** Faster than anybody swipes on purpose. Pixels per millisecond. */
const FASTEST = 6;
/** Only the end of a swipe tells its speed: a finger that has come to rest gives none. */
const LOOK_BACK_MS = 100;

interface Sample {
  at: number;
  position: number;
}

/** How fast a finger is. Pure; times in milliseconds, positions in pixels. */
export class FingerSpeed {
  private samples: Sample[] = [];

  moved(at: number, position: number): void {
    this.samples = [...this.samples.filter((sample) => at - sample.at < LOOK_BACK_MS), { at, position }];
  }

  /** Pixels per millisecond at this time. */
  at(now: number): number {
    const recent = this.samples.filter((sample) => now - sample.at < LOOK_BACK_MS);
    const [first, last] = [recent.at(0), recent.at(-1)];
    if (first === undefined || last === undefined || last.at === first.at) return 0;
    return clamp((last.position - first.position) / (last.at - first.at));
  }
}

/** A movement that goes on after the finger has left, and comes to rest. Pure. */
export class Inertia {
  constructor(private speed: number) {}

  /** How far it went in this time, in pixels; null when it is over. */
  advance(elapsedMs: number): number | null {
    if (Math.abs(this.speed) < SLOWEST) return null;
    const kept = KEPT_PER_MS ** elapsedMs;
    // The integral of the speed over the time.
    const way = (this.speed * (kept - 1)) / Math.log(KEPT_PER_MS);
    this.speed *= kept;
    return way;
  }
}

const clamp = (speed: number) => Math.max(-FASTEST, Math.min(FASTEST, speed));
