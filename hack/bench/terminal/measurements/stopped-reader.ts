import { setTimeout as delay } from 'node:timers/promises';
import type { Bench, Peer, RunningPeer } from '../peer';
import { residentBytes } from '../processes';
import { Terminal } from '../terminal';
import { Valve } from '../valve';

const STOP_MS = 5000;
const SHORT_STOP_MS = 2000;
const WARM_UP_MS = 1500;
/** More than any of them prints before it is stopped. */
const FLOOD_BYTES = 300_000_000;
const SAMPLE_MS = 100;
const MARK = 'STOPPED\n';
const MAX_END_MS = 30_000;

export interface StoppedReader {
  /** 10^6 bytes by which the server's process that grew most has grown during the stop. */
  growth: number;
  /** Bytes that never came. */
  lost: number;
}

export interface Interrupt {
  /** Milliseconds from Ctrl-C to the last byte of output. */
  ms: number;
  /** 10^6 bytes that came after Ctrl-C. */
  megabytes: number;
}

/** A client that stops reading in a flood, for five seconds. */
export async function measureStoppedReader(peer: Peer, running: RunningPeer, bench: Bench): Promise<StoppedReader> {
  return behindValve(peer, running, bench, async (terminal, valve) => {
    terminal.type(`f ${FLOOD_BYTES}\r`);
    const all = terminal.take(FLOOD_BYTES, 240_000);
    await delay(WARM_UP_MS);
    const before = residentBytes(running.pid);
    valve.stop();
    let growth = 0;
    for (const until = performance.now() + STOP_MS; performance.now() < until; await delay(SAMPLE_MS)) {
      for (const [pid, bytes] of residentBytes(running.pid)) {
        growth = Math.max(growth, bytes - (before.get(pid) ?? bytes));
      }
    }
    valve.open();
    const { extra } = await all;
    return { growth: growth / 1e6, lost: -extra };
  });
}

/** Ctrl-C in a flood, after the reader has stood still for two seconds. */
export async function measureInterrupt(peer: Peer, running: RunningPeer, bench: Bench): Promise<Interrupt> {
  return behindValve(peer, running, bench, async (terminal, valve) => {
    terminal.type('x\r');
    terminal.listen(() => undefined);
    await delay(WARM_UP_MS);
    valve.stop();
    await delay(SHORT_STOP_MS);
    const before = terminal.received;
    const start = performance.now();
    const stopped = terminal.says(MARK, MAX_END_MS);
    terminal.type('\u0003');
    valve.open();
    await stopped;
    return { ms: performance.now() - start, megabytes: (terminal.received - before) / 1e6 };
  });
}

async function behindValve<T>(
  peer: Peer,
  { target }: RunningPeer,
  bench: Bench,
  measure: (terminal: Terminal, valve: Valve) => Promise<T>,
): Promise<T> {
  const valve = await Valve.before(target.port);
  const terminal = new Terminal(await peer.connect({ ...target, port: valve.port }, bench));
  try {
    await terminal.says('READY');
    return await measure(terminal, valve);
  } finally {
    await terminal.close();
    await valve.close();
  }
}
