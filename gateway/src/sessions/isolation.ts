import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const BUBBLEWRAP = '/usr/bin/bwrap';
const PROBE = [
  '--unshare-user',
  '--unshare-pid',
  '--ro-bind',
  '/',
  '/',
  '--proc',
  '/proc',
  '--dev',
  '/dev',
  '/bin/true',
];
const PROBE_TIMEOUT_MS = 5000;

/** How sessions are held apart on this machine. `warning` is for the person who starts the server. */
export type LocalIsolation = { confinement: 'bubblewrap' } | { confinement: 'none'; warning: string };
export type Isolation = LocalIsolation | { confinement: 'pod' };

/** Finds out whether sessions can be confined, by doing it once. */
export async function probeIsolation(wish: 'auto' | 'require' | 'off'): Promise<LocalIsolation> {
  if (wish === 'off') return { confinement: 'none', warning: warningBecause('SESSION_ISOLATION is off') };
  try {
    await promisify(execFile)(BUBBLEWRAP, PROBE, { timeout: PROBE_TIMEOUT_MS });
    return { confinement: 'bubblewrap' };
  } catch (error) {
    const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    const reason = missing
      ? 'bubblewrap is not installed ("apt install bubblewrap")'
      : 'bubblewrap may not make user namespaces here (sysctl kernel.unprivileged_userns_clone, or the container’s seccomp profile)';
    if (wish === 'require') throw new Error(`SESSION_ISOLATION is "require", but ${reason}.`);
    return { confinement: 'none', warning: warningBecause(reason) };
  }
}

function warningBecause(reason: string): string {
  return `The users of this server are not isolated from each other or from this machine: ${reason}. Sessions can read all that this server can: its files, its memory, and the environment of its processes.`;
}
