import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';

/** A process whose /proc/PID/environ shows a secret. */
export interface Leak {
  variable: string;
  pid: number;
}

/** From node's own process past `sh -c` to npm, and a process manager or two above. */
const MAX_ANCESTORS = 8;

/**
 * Overwrites secrets where the kernel keeps the environment that a process was started with. /proc/PID/environ shows those bytes to every
 * process of the same user for as long as the process lives, whatever it deletes from `process.env` (proc_pid_environ(5)).
 * Done for this process, and for the npm that runs it as a script and has the same environment.
 * @param own this process's `process.env`; what it holds of the secrets must have been read before, and is `x`s afterwards
 * @param secrets names of the variables
 * @returns what can be read all the same, in these processes and further up
 */
export function hideFromProc(own: NodeJS.ProcessEnv, secrets: readonly string[]): Leak[] {
  if (process.platform !== 'linux') return [];
  const values = secrets.flatMap((variable) => {
    const value = own[variable] ?? '';
    return value === '' ? [] : [{ variable, entry: Buffer.from(`\0${variable}=${value}\0`) }];
  });
  const family = [process.pid, ...ancestors(process.pid)];
  for (const pid of family.slice(0, 1 + npmAbove(own, family)))
    for (const { variable, entry } of values) hide(pid, variable, entry);
  return family.flatMap((pid) => {
    const environment = environmentOf(pid);
    return values.filter(({ entry }) => environment.includes(entry)).map(({ variable }) => ({ variable, pid }));
  });
}

function ancestors(pid: number, found: number[] = []): number[] {
  const parent = Number(statOf(pid)[1]);
  return parent > 1 && found.length < MAX_ANCESTORS ? ancestors(parent, [...found, parent]) : found;
}

/** How many of the processes above belong to the npm that started us: npm gives its scripts the variable, and has it not itself. */
function npmAbove(own: NodeJS.ProcessEnv, [, ...above]: number[]): number {
  if (own['npm_lifecycle_event'] === undefined) return 0;
  const npm = above.findIndex((pid) => !environmentOf(pid).includes('\0npm_lifecycle_event='));
  return npm + 1;
}

function hide(pid: number, variable: string, entry: Buffer): void {
  const at = environmentOf(pid).indexOf(entry);
  const start = Number(statOf(pid)[ENV_START]);
  if (at < 0 || !Number.isSafeInteger(start) || start === 0) return;
  // The entry begins with the end of the one before, and `environmentOf` has put one before the first.
  const value = at + variable.length + '='.length;
  const length = entry.length - '\0=\0'.length - variable.length;
  try {
    const memory = openSync(`/proc/${pid}/mem`, 'r+');
    try {
      writeSync(memory, Buffer.alloc(length, 'x'), 0, length, start + value);
    } finally {
      closeSync(memory);
    }
  } catch {
    // Not permitted (a ptrace policy, a container): it is found among what can be read, and said.
  }
}

/** Index of env_start among the fields after the name (field 50 of proc_pid_stat(5)); 0 where it may not be known. */
const ENV_START = 47;

/** The fields of /proc/PID/stat from the state on; the name before them may hold spaces and parentheses. */
function statOf(pid: number): string[] {
  const line = read(`/proc/${pid}/stat`).toString('latin1');
  return line.slice(line.lastIndexOf(')') + 2).split(' ');
}

/** With a NUL before the first entry, so that each stands between two. */
function environmentOf(pid: number): Buffer {
  return Buffer.concat([Buffer.from('\0'), read(`/proc/${pid}/environ`)]);
}

/** Empty for a process that has gone, or is another user's. */
function read(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch {
    return Buffer.alloc(0);
  }
}
