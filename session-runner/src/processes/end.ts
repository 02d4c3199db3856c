import { setTimeout as delay } from 'node:timers/promises';
import { hasNamespaceToItself } from './pid-namespace';
import type { ProcessStat } from './session-processes';
import { sessionProcesses } from './session-processes';

/** The kernel tells nobody but the parent when a process ends, so others have to look. Milliseconds. */
const LOOK_INTERVAL_MS = 20;
/** A process that outlives so many kills hangs in the kernel (state D); nothing more can be done for it. */
const MAX_KILL_ROUNDS = 100;
/** For kill(2): all that we may signal, but PID 1 and ourselves. */
const EVERYBODY = -1;

/**
 * Ends every process of a session: SIGHUP as from a terminal that is gone, then, after `graceMs`, SIGKILL to all that is
 * left, again until nothing is, for a process may fork while it is being killed. With no grace there is no SIGHUP either.
 */
export async function endProcesses(root: number, marker: string, graceMs: number): Promise<void> {
  const remaining = () => sessionProcesses(root, marker);
  if (graceMs > 0) await hangUp(remaining, graceMs);
  const isAlone = hasNamespaceToItself();
  for (let round = 0; round < MAX_KILL_ROUNDS; round += 1) {
    // A fork bomb outruns whoever lists and then kills. This the kernel does to all at once, and a fork under way then fails.
    if (isAlone) signal(EVERYBODY, 'SIGKILL');
    const left = remaining();
    if (left.length === 0) return;
    for (const { pid } of left) signal(pid, 'SIGKILL');
    await delay(LOOK_INTERVAL_MS);
  }
}

/** Resolves when all have left, or their grace has passed. */
async function hangUp(remaining: () => ProcessStat[], graceMs: number): Promise<void> {
  for (const { pid, name } of remaining()) {
    // bubblewrap dies of SIGHUP and takes all within down with SIGKILL. It leaves by itself when its program does.
    if (name === 'bwrap') continue;
    signal(pid, 'SIGHUP');
    signal(pid, 'SIGCONT');
  }
  const deadline = Date.now() + graceMs;
  while (Date.now() < deadline && remaining().length > 0) await delay(LOOK_INTERVAL_MS);
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It has ended in between.
  }
}
