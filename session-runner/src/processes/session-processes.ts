import { readFileSync, readdirSync } from 'node:fs';

/** One process as /proc/<pid>/stat tells it (proc_pid_stat(5)). */
export interface ProcessStat {
  pid: number;
  parent: number;
  /** Process that leads its session in the terminal's sense (setsid(2)). */
  leader: number;
  /** What the kernel calls the program, at most 15 characters. */
  name: string;
  /** When it was started, in clock ticks since the machine's start. */
  startedAt: number;
  /** CPU time of the process and of the children it has waited for, in milliseconds. */
  cpuMs: number;
}

/** Environment variable that every process of a session carries; its value is the session id. */
export const SESSION_MARKER = 'CLAUDE_WEBUI_SESSION';

/** The kernel's clock tick as user space sees it (USER_HZ), which Linux has fixed at 100 for all current machines. */
const MS_PER_TICK = 10;

/**
 * Every process of the session: the root, its descendants, and those that left the family but stayed in its terminal or
 * still carry the marker in their environment.
 * @param root a child of this process, which may have ended
 */
export function sessionProcesses(root: number, marker: string): ProcessStat[] {
  const all = readProcesses();
  const ownStart = all.find(({ pid }) => pid === process.pid)?.startedAt ?? 0;
  // Numbers are used again: one that is not our child is not the root any more.
  const isReused = all.some(({ pid, parent }) => pid === root && parent !== process.pid);
  const entry = Buffer.from(`${SESSION_MARKER}=${marker}\0`);
  const members = new Set<number>();
  for (const { pid, leader, startedAt } of all) {
    const inTerminal = !isReused && (pid === root || leader === root);
    // Nothing of the session is older than we are; most of a machine is, and need not be looked into.
    if (inTerminal || (startedAt >= ownStart && carries(pid, entry))) members.add(pid);
  }
  // A child has a higher number than its parent only until numbers wrap, so go on until nothing is added.
  for (let before = 0; before < members.size;) {
    before = members.size;
    for (const { pid, parent } of all) if (members.has(parent)) members.add(pid);
  }
  return all.filter(({ pid }) => members.has(pid) && pid > 1 && pid !== process.pid);
}

function readProcesses(): ProcessStat[] {
  const stats: ProcessStat[] = [];
  for (const name of readdirSync('/proc')) {
    const stat = /^\d+$/.test(name) ? parseStat(readOrEmpty(`/proc/${name}/stat`).toString('latin1')) : null;
    if (stat !== null) stats.push(stat);
  }
  return stats;
}

/** Null for a process that has gone, or is dead and only waits to be collected by its parent. */
function parseStat(line: string): ProcessStat | null {
  // The name is in parentheses and may hold spaces and parentheses itself: what follows begins after the last one.
  const fields = /^(\d+) \((.*)\) (.*)$/s.exec(line);
  const [, pid, name, rest] = fields ?? [];
  const [state, parent, , leader, , , , , , , , utime, stime, cutime, cstime, , , , , started] = rest?.split(' ') ?? [];
  if (pid === undefined || name === undefined || state === 'Z' || state === 'X') return null;
  const ticks = [utime, stime, cutime, cstime].reduce((sum, field) => sum + Number(field), 0);
  return {
    pid: Number(pid),
    parent: Number(parent),
    leader: Number(leader),
    name,
    startedAt: Number(started),
    cpuMs: ticks * MS_PER_TICK,
  };
}

function carries(pid: number, entry: Buffer): boolean {
  return readOrEmpty(`/proc/${pid}/environ`).includes(entry);
}

/** Processes end while one looks at them, and other users' may not be read. */
function readOrEmpty(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch {
    return Buffer.alloc(0);
  }
}
