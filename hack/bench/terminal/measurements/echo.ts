import { median, percentile } from '../statistics';
import type { Terminal } from '../terminal';

/** Keys typed before those that are measured: servers that compile as they run shall have compiled. */
const WARM_UP_MS = 4000;
const FIRST_KEYS = 500;
const TIMEOUT_MS = 120_000;

export interface Echo {
  /** Microseconds from a key to its echo. */
  p50: number;
  p95: number;
  p99: number;
  /** Median of the first keys of all, which a server that has just started answers. */
  first: number;
}

/** Types keys one after another, each once the one before has come back. */
export async function measureEcho(terminal: Terminal, keys: number): Promise<Echo> {
  terminal.type('e\r');
  const early: number[] = [];
  const measured: number[] = [];
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`${measured.length} of ${keys} keys came back`)), TIMEOUT_MS);
    const start = performance.now();
    let sentAt = 0;
    const press = () => {
      sentAt = performance.now();
      terminal.type('k');
    };
    terminal.listen(() => {
      const now = performance.now();
      (now - start < WARM_UP_MS ? early : measured).push((now - sentAt) * 1000);
      if (measured.length < keys) return setImmediate(press);
      clearTimeout(timer);
      terminal.listen(() => undefined);
      resolve();
    });
    press();
  });
  terminal.type('\u0004');
  return {
    p50: percentile(measured, 0.5),
    p95: percentile(measured, 0.95),
    p99: percentile(measured, 0.99),
    first: median(early.slice(0, FIRST_KEYS)),
  };
}
