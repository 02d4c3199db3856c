import { readFileSync } from 'node:fs';

/** Where the kernel counts what it has killed for want of memory: the group of a container, or of this process. */
function counters(): string[] {
  const own = /^0::(\/.*)$/m.exec(read('/proc/self/cgroup'))?.[1] ?? '/';
  return [
    `/sys/fs/cgroup${own}/memory.events`,
    '/sys/fs/cgroup/memory.events',
    '/sys/fs/cgroup/memory/memory.oom_control',
  ];
}

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
  for (const file of counters()) {
    const kills = /^oom_kill (\d+)$/m.exec(read(file))?.[1];
    if (kills !== undefined) return Number(kills);
  }
  return 0;
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
