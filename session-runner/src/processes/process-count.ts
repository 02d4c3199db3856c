import { readdirSync } from 'node:fs';
import { cgroupFiles, readFileOrEmpty } from './cgroup';
import { hasNamespaceToItself } from './pid-namespace';

/**
 * How many processes and threads there are in this runner's container, its own included; null where nothing tells.
 * @param files where the kernel may count them (`pids.current`)
 */
export function processCount(files = cgroupFiles('pids.current', 'pids/pids.current')): number | null {
  for (const file of files) {
    const count = Number.parseInt(readFileOrEmpty(file));
    if (!Number.isNaN(count)) return count;
  }
  // gVisor counts in no cgroup that a container sees. Without threads, for asking each process costs too much.
  return hasNamespaceToItself() ? readdirSync('/proc').filter((name) => /^\d+$/.test(name)).length : null;
}
