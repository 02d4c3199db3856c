import { readFileSync, readdirSync } from 'node:fs';

/** Ids of the processes whose environment holds `text`. */
export function processesWith(text: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && environmentOf(name).includes(text))
    .map(Number);
}

/** Ids of the session-runners that this process has forked. */
export function ownRunners(): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => parentOf(pid) === process.pid && commandOf(pid).includes('session-runner'));
}

/** Ids of the processes that a process has started, and those that they have. */
export function descendantsOf(ancestor: number): number[] {
  const all = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
  const children = all.filter((pid) => parentOf(pid) === ancestor);
  return children.flatMap((pid) => [pid, ...descendantsOf(pid)]);
}

function parentOf(pid: number): number {
  return Number(/^PPid:\s+(\d+)$/m.exec(read(`/proc/${pid}/status`))?.[1]);
}

export const commandOf = (pid: number) => read(`/proc/${pid}/cmdline`);
export const environmentOf = (pid: number | string) => read(`/proc/${pid}/environ`);

/** Empty for a process that has gone, or is not ours. */
function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
