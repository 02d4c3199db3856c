/** What processes use, read from /proc. Linux only, as the benchmark is. */
import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';

const TICKS_PER_SECOND = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));
const WORKLOAD_NAME = 'workload';

interface Stat {
  pid: number;
  name: string;
  parent: number;
  cpuSeconds: number;
}

function statOf(pid: number): Stat | null {
  try {
    const line = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name stands in parentheses and may hold anything; the fields after it are numbers (proc(5)).
    const end = line.lastIndexOf(')');
    const fields = line.slice(end + 2).split(' ');
    const cpuSeconds = (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
    return { pid, name: line.slice(line.indexOf('(') + 1, end), parent: Number(fields[1]), cpuSeconds };
  } catch {
    return null;
  }
}

function allProcesses(): Stat[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => statOf(Number(name)))
    .filter((stat) => stat !== null);
}

/** The workloads that run now, whoever started them. */
export function workloadPids(): number[] {
  return allProcesses()
    .filter(({ name }) => name === WORKLOAD_NAME)
    .map(({ pid }) => pid);
}

/** A process and all that descend from it, without workloads. */
export function treeOf(root: number): Stat[] {
  const all = allProcesses();
  const tree = all.filter(({ pid }) => pid === root);
  for (const { pid } of tree) tree.push(...all.filter(({ parent }) => parent === pid));
  return tree.filter(({ name }) => name !== WORKLOAD_NAME);
}

/** CPU seconds that a server has used by now; what has ended is not in it. */
export function cpuSecondsOf(root: number): number {
  return treeOf(root).reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0);
}

/** Resident bytes by process. */
export function residentBytes(root: number): Map<number, number> {
  return new Map(treeOf(root).map(({ pid }) => [pid, fieldBytes(`/proc/${pid}/status`, 'VmRSS')]));
}

/** Proportional bytes of one process: pages that processes share count by their share. */
export function proportionalBytes(pid: number): number {
  return fieldBytes(`/proc/${pid}/smaps_rollup`, 'Pss');
}

function fieldBytes(file: string, name: string): number {
  try {
    const kib = new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(readFileSync(file, 'utf8'))?.[1];
    return Number(kib ?? 0) * 1024;
  } catch {
    return 0;
  }
}
