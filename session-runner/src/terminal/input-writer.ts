import { writeSync } from 'node:fs';

/**
 * Back-off while the kernel's input buffer is full. The event loop cannot tell when a PTY's master takes bytes again
 * without a second handle on it, and node-pty's own writer asks in a busy loop: 87 % of a core behind a program that
 * does not read. Milliseconds.
 */
const FIRST_RETRY_MS = 1;
const LAST_RETRY_MS = 50;
/** The kernel takes a few KiB per write; larger pieces only copy more to be refused. */
const WRITE_BYTES = 64 * 1024;

/**
 * Writes input to a PTY's master, in order, without waiting. Synchronous because a thread-pool round trip costs an
 * echo more than the write itself.
 */
export class InputWriter {
  private queue: Uint8Array[] = [];
  private queued = 0;
  private retryMs = FIRST_RETRY_MS;
  private timer: NodeJS.Timeout | null = null;
  private closed = false;

  /** `onDrain` is called each time the queue has become shorter after it had to wait. */
  constructor(
    private readonly fd: number,
    private readonly onDrain: () => void,
  ) {}

  /** Bytes the program has not taken yet. */
  get queuedBytes(): number {
    return this.queued;
  }

  write(data: Uint8Array): void {
    if (this.closed || data.length === 0) return;
    this.queue.push(data);
    this.queued += data.length;
    if (this.timer === null) this.flush();
  }

  /** Forgets what is queued; must be called before the descriptor closes, for its number may be used again. */
  close(): void {
    this.closed = true;
    this.queue = [];
    this.queued = 0;
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
  }

  private flush(): void {
    let next: Uint8Array | undefined;
    while ((next = this.queue[0]) !== undefined) {
      const written = this.tryWrite(next.length > WRITE_BYTES ? next.subarray(0, WRITE_BYTES) : next);
      if (written === 0) return this.retryLater();
      this.retryMs = FIRST_RETRY_MS;
      this.queued -= written;
      if (written === next.length) this.queue.shift();
      else this.queue[0] = next.subarray(written);
    }
  }

  /** Bytes taken by the kernel; 0 if it takes none now. A program that is gone takes everything. */
  private tryWrite(data: Uint8Array): number {
    try {
      return writeSync(this.fd, data);
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'EAGAIN') return 0;
      return data.length;
    }
  }

  private retryLater(): void {
    this.timer = setTimeout(() => {
      this.timer = null;
      const before = this.queued;
      this.flush();
      if (this.queued < before) this.onDrain();
    }, this.retryMs);
    this.retryMs = Math.min(this.retryMs * 2, LAST_RETRY_MS);
  }
}
