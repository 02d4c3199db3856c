import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Connection } from './peer';

/** A connection with somebody before it who waits for what the workload says. */
export class Terminal {
  /** Bytes received since the connection was opened. */
  received = 0;
  private listener: ((data: Uint8Array) => void) | null = null;

  constructor(private readonly connection: Connection) {}

  /** See `Connection`. */
  get pid(): number {
    return this.connection.pid ?? 0;
  }

  type(text: string): void {
    this.connection.write(Buffer.from(text));
  }

  write(data: Uint8Array): void {
    this.connection.write(data);
  }

  /** Gives output to somebody else from now on; the first gets what came before, too. */
  listen(listener: (data: Uint8Array) => void): void {
    const isFirst = this.listener === null;
    this.listener = listener;
    if (isFirst) this.connection.onData((data) => this.hear(data));
  }

  private hear(data: Uint8Array): void {
    this.received += data.length;
    this.listener?.(data);
  }

  /** Resolves when output has held the text. @throws Error after `timeoutMs` */
  says(text: string, timeoutMs = 20_000): Promise<void> {
    return new Promise((resolve, reject) => {
      let tail = '';
      const timer = setTimeout(() => reject(new Error(`no "${text}" within ${timeoutMs} ms`)), timeoutMs);
      this.listen((data) => {
        tail = (tail + Buffer.from(data).toString('latin1')).slice(-(text.length + data.length));
        if (!tail.includes(text)) return;
        clearTimeout(timer);
        this.listen(() => undefined);
        resolve();
      });
    });
  }

  /** Takes the next bytes; resolves with their SHA-256 and the seconds from the call to the last of them. */
  take(bytes: number, timeoutMs = 120_000): Promise<{ seconds: number; digest: string; extra: number }> {
    const start = performance.now();
    const hash = createHash('sha256');
    let left = bytes;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`${left} of ${bytes} bytes did not come`)), timeoutMs);
      this.listen((data) => {
        hash.update(data.length > left ? data.subarray(0, Math.max(0, left)) : data);
        left -= data.length;
        if (left > 0) return;
        clearTimeout(timer);
        this.listen(() => undefined);
        resolve({ seconds: (performance.now() - start) / 1000, digest: hash.digest('hex'), extra: -left });
      });
    });
  }

  /** Resolves once nothing has come for a while. */
  async quiet(ms = 200): Promise<void> {
    for (let before = -1; before !== this.received;) {
      before = this.received;
      await delay(ms);
    }
  }

  close(): Promise<void> {
    return this.connection.close();
  }
}
