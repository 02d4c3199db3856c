import { getPriority, setPriority } from 'node:os';

/**
 * Steps of nice(2). Beside thousands of processes that want a CPU one without this waits seconds for its turn, and with it some
 * milliseconds (Linux 6.18, two CPUs). Not more steps than that needs: by their sum a pod is compared with others on the CPU.
 */
const STEPS = 5;

/** Makes a process that was just started, and all that it will start, give way to this one wherever both want a CPU. */
export function giveWay(pid: number): void {
  try {
    setPriority(pid, getPriority() + STEPS);
  } catch {
    // It has ended already.
  }
}
