/**
 * Keys that want work. A key is worked on by one worker at a time; added again meanwhile, it comes once more afterwards;
 * added many times, it comes once. So the queue is never longer than there are objects.
 */
import { after } from '@claude-webui/protocol';
import { exponentialBackoff } from './backoff';

/** Failures: from 50 ms, doubled up to 30 s. */
const FIRST_RETRY_MS = 50;
const RETRY_CAP_MS = 30_000;

export interface QueueObserver {
  /** A key has entered the queue. */
  added(): void;
  retried(): void;
  /** A key has been taken after so many seconds in the queue. */
  taken(seconds: number): void;
  depth(keys: number): void;
}

interface Later {
  at: number;
  takeBack: () => void;
}

export class WorkQueue {
  /** In order of arrival, with the time of it. */
  private readonly waiting = new Map<string, number>();
  private readonly inWork = new Set<string>();
  /** Added while in work. */
  private readonly again = new Set<string>();
  private readonly later = new Map<string, Later>();
  private readonly failures = new Map<string, number>();
  private readonly idleWorkers: ((key: string | null) => void)[] = [];
  private closed = false;

  constructor(
    private readonly observer: QueueObserver,
    private readonly backoff = exponentialBackoff(FIRST_RETRY_MS, RETRY_CAP_MS),
  ) {}

  add(key: string): void {
    if (this.closed || this.waiting.has(key)) return;
    if (this.inWork.has(key)) {
      this.again.add(key);
      return;
    }
    this.observer.added();
    this.waiting.set(key, performance.now());
    const worker = this.idleWorkers.shift();
    if (worker !== undefined) worker(this.next());
    else this.observer.depth(this.waiting.size);
  }

  /** Adds the key in so many milliseconds; of several such wishes the earliest counts. */
  addAfter(key: string, ms: number): void {
    if (this.closed) return;
    const at = performance.now() + ms;
    const planned = this.later.get(key);
    if (planned !== undefined) {
      if (planned.at <= at) return;
      planned.takeBack();
    }
    const takeBack = after(ms, () => {
      this.later.delete(key);
      this.add(key);
    });
    this.later.set(key, { at, takeBack });
  }

  /** Adds the key after a pause that grows with its failures in a row. */
  retry(key: string): void {
    const failures = this.failures.get(key) ?? 0;
    this.failures.set(key, failures + 1);
    this.observer.retried();
    this.addAfter(key, this.backoff(failures));
  }

  /** The key's failures are over. */
  forget(key: string): void {
    this.failures.delete(key);
  }

  /** The next key, once there is one; null when the queue is closed. Every key taken must be given back by `done`. */
  take(): Promise<string | null> {
    if (this.closed) return Promise.resolve(null);
    if (this.waiting.size > 0) return Promise.resolve(this.next());
    return new Promise((resolve) => this.idleWorkers.push(resolve));
  }

  done(key: string): void {
    this.inWork.delete(key);
    if (this.again.delete(key)) this.add(key);
  }

  close(): void {
    this.closed = true;
    for (const { takeBack } of this.later.values()) takeBack();
    this.later.clear();
    this.waiting.clear();
    for (const worker of this.idleWorkers.splice(0)) worker(null);
  }

  private next(): string | null {
    for (const [key, since] of this.waiting) {
      this.waiting.delete(key);
      this.inWork.add(key);
      this.observer.taken((performance.now() - since) / 1000);
      this.observer.depth(this.waiting.size);
      return key;
    }
    return null;
  }
}
