import { cgroupFiles, readFileOrEmpty } from './cgroup';

/**
 * Whether the kernel has killed a process of this runner's group for want of memory (cgroup-v2 `memory.events`). Only where the
 * group does not die as a whole: then somebody else has to tell.
 */
export class MemoryKills {
  private readonly before = killsSoFar();

  /** Since this was made. */
  happened(): boolean {
    return killsSoFar() > this.before;
  }
}

function killsSoFar(): number {
  for (const file of cgroupFiles('memory.events', 'memory/memory.oom_control')) {
    const kills = /^oom_kill (\d+)$/m.exec(readFileOrEmpty(file))?.[1];
    if (kills !== undefined) return Number(kills);
  }
  return 0;
}
