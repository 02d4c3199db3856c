import { sessionProcesses } from './session-processes';

/** CPU time that the session's processes have used so far, in milliseconds. */
export function sessionCpuMs(root: number, marker: string): number {
  return sessionProcesses(root, marker).reduce((sum, { cpuMs }) => sum + cpuMs, 0);
}
