import { readFileSync } from 'node:fs';

/**
 * Whether everything in this PID namespace but PID 1 and this process is the session's, as in a pod: PID 1 is this process, or an
 * init (tini) whose only program it is, so its command line ends with ours. Wrong on a person's machine, "yes" would be the end of
 * all that runs there; so whatever else PID 1 may be means "no".
 */
export function hasNamespaceToItself(): boolean {
  return process.pid === 1 || isInitOf(commandLine('1'), commandLine('self'));
}

/** @param init command line of PID 1; each argument of a command line ends with a NUL (proc_pid_cmdline(5)) */
export function isInitOf(init: string, program: string): boolean {
  return program !== '' && init.endsWith(`\0${program}`);
}

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'latin1');
  } catch {
    return '';
  }
}
