import { cpuSecondsOf, treeOf } from '../processes';
import { streamDigest } from '../stream';
import type { Terminal } from '../terminal';

const WARM_UP_MS = 4000;

export interface Bulk {
  /** 10^6 bytes a second. */
  megabytesPerSecond: number;
  /** CPU seconds of the server's processes per 10^8 bytes; of the gateway alone for ours. Null without a server. */
  cpuPer100: number | null;
  rootCpuPer100: number | null;
  /** Whether every byte came, once and in order. */
  exact: boolean;
}

/** Floods for a while, unmeasured: servers that compile as they run shall have compiled. */
export async function warmUpBulk(terminal: Terminal, bytes: number): Promise<void> {
  for (const until = performance.now() + WARM_UP_MS; performance.now() < until;) {
    terminal.type(`f ${bytes}\r`);
    await terminal.take(bytes);
  }
}

export async function measureBulk(terminal: Terminal, bytes: number, pid: number): Promise<Bulk> {
  const serverPid = pid === 0 ? terminal.pid : pid;
  const before = cpu(serverPid);
  terminal.type(`f ${bytes}\r`);
  const { seconds, digest, extra } = await terminal.take(bytes);
  const after = cpu(serverPid);
  const per100 = (used: number) => (serverPid === 0 ? null : (used * 1e8) / bytes);
  return {
    megabytesPerSecond: bytes / 1e6 / seconds,
    cpuPer100: per100(after.tree - before.tree),
    rootCpuPer100: per100(after.root - before.root),
    exact: extra === 0 && digest === streamDigest(bytes),
  };
}

function cpu(pid: number): { tree: number; root: number } {
  if (pid === 0) return { tree: 0, root: 0 };
  return { tree: cpuSecondsOf(pid), root: treeOf(pid).find((process) => process.pid === pid)?.cpuSeconds ?? 0 };
}
