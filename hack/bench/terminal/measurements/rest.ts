import { setTimeout as delay } from 'node:timers/promises';
import { openOwnTerminal } from '../ours/own-session';
import { fnv1a } from '../stream';
import type { RunningPeer } from '../peer';
import { proportionalBytes, residentBytes, treeOf } from '../processes';
import type { Terminal } from '../terminal';

const SETTLE_MS = 3000;
const OPEN_AT_ONCE = 10;

export interface Idle {
  sessions: number;
  /** Of the gateway, for each session. 10^3 bytes. */
  gatewayKilobytes: number;
  /** Of one session-runner without the program. 10^6 bytes; `shared` counts pages that runners share by their share. */
  runnerMegabytes: number;
  runnerSharedMegabytes: number;
  /** Per cent of a core, for all sessions together. */
  gatewayCpu: number;
  runnersCpu: number;
}

/** Sessions with a browser attached in which nothing happens. */
export async function measureIdle({ target, pid }: RunningPeer, sessions: number, watchMs: number): Promise<Idle> {
  // The first sessions load what the gateway needs for any.
  const warm = await openSessions(target, OPEN_AT_ONCE);
  await delay(SETTLE_MS);
  const before = residentBytes(pid).get(pid) ?? 0;
  const opened = await openSessions(target, sessions);
  await delay(SETTLE_MS);
  const cpuBefore = new Map(treeOf(pid).map((process) => [process.pid, process.cpuSeconds]));
  await delay(watchMs);
  const resident = residentBytes(pid);
  const runners = [...resident].filter(([process]) => process !== pid);
  const usedBy = (own: boolean) =>
    treeOf(pid)
      .filter((process) => (process.pid === pid) === own)
      .reduce((sum, process) => sum + process.cpuSeconds - (cpuBefore.get(process.pid) ?? process.cpuSeconds), 0);
  const mean = (numbers: number[]) => numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
  const result = {
    sessions,
    gatewayKilobytes: ((resident.get(pid) ?? 0) - before) / sessions / 1e3,
    runnerMegabytes: mean(runners.map(([, bytes]) => bytes)) / 1e6,
    runnerSharedMegabytes: mean(runners.map(([process]) => proportionalBytes(process))) / 1e6,
    gatewayCpu: (usedBy(true) / (watchMs / 1000)) * 100,
    runnersCpu: (usedBy(false) / (watchMs / 1000)) * 100,
  };
  for (const terminal of [...warm, ...opened]) await terminal.close();
  return result;
}

async function openSessions(target: RunningPeer['target'], count: number) {
  const opened: Terminal[] = [];
  while (opened.length < count) {
    const batch = Array.from({ length: Math.min(OPEN_AT_ONCE, count - opened.length) }, () => openOwnTerminal(target));
    opened.push(...(await Promise.all(batch)));
  }
  return opened;
}

export interface IgnoredPaste {
  /** Per cent of a core that gateway and runner use while the program does not read. */
  cpu: number;
  /** Whether all of it came once the program read. */
  whole: boolean;
}

/** A paste of 1 MB at a program that does not read for five seconds. */
export async function measureIgnoredPaste({ target, pid }: RunningPeer): Promise<IgnoredPaste> {
  const terminal = await openOwnTerminal(target);
  const paste = Buffer.alloc(1_000_000, 'paste ');
  terminal.type(`i ${paste.length}\r`);
  await delay(200);
  const got = terminal.says(`GOT ${fnv1a(paste)}`, 30_000).then(
    () => true,
    () => false,
  );
  terminal.write(paste);
  // The paste has to get as far as it can first.
  await delay(800);
  const used = () => treeOf(pid).reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0);
  const before = used();
  const seconds = 3;
  await delay(seconds * 1000);
  const cpu = ((used() - before) / seconds) * 100;
  const whole = await got;
  await terminal.close();
  return { cpu, whole };
}
