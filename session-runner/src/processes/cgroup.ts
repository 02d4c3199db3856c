import { readFileSync } from 'node:fs';

/**
 * Where the kernel may keep an account of this process's group, the likeliest first: its own group of cgroup v2, the container's
 * (which sees its own group as the root), and the container's of cgroup v1. gVisor has none of them.
 */
export function cgroupFiles(v2: string, v1: string): string[] {
  const own = /^0::(\/.*)$/m.exec(readFileOrEmpty('/proc/self/cgroup'))?.[1] ?? '/';
  return [`/sys/fs/cgroup${own}/${v2}`, `/sys/fs/cgroup/${v2}`, `/sys/fs/cgroup/${v1}`];
}

/** Groups differ in what they account for. */
export function readFileOrEmpty(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
