import { percentile } from '../statistics';
import type { Terminal } from '../terminal';

export interface Echo {
  /** Microseconds from a key to its echo. */
  p50: number;
  p95: number;
  p99: number;
}

/** Types keys one after another, each once the one before has come back. */
export async function measureEcho(terminal: Terminal, keys: number): Promise<Echo> {
  terminal.type('e\r');
  const times: number[] = [];
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`${times.length} of ${keys} keys came back`)), 120_000);
    let sentAt = 0;
    const press = () => {
      sentAt = performance.now();
      terminal.type('k');
    };
    terminal.listen(() => {
      times.push((performance.now() - sentAt) * 1000);
      if (times.length < keys) return setImmediate(press);
      clearTimeout(timer);
      terminal.listen(() => undefined);
      resolve();
    });
    press();
  });
  terminal.type('\u0004');
  // The first keys pay for what was never run before.
  const warm = times.slice(Math.min(100, keys / 10));
  return { p50: percentile(warm, 0.5), p95: percentile(warm, 0.95), p99: percentile(warm, 0.99) };
}
