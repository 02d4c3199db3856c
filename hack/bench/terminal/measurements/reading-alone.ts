import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Bench } from '../peer';

/**
 * CPU seconds per 10^8 bytes of a Node.js program that reads the terminal as a session-runner does and throws the bytes
 * away: the least that any server in Node.js can need.
 */
export async function measureReadingAlone({ workload }: Bench, bytes: number): Promise<number> {
  const child = fork(join(__dirname, 'reader.js'), [workload, String(bytes)]);
  const [cpuSeconds] = (await once(child, 'message')) as [number];
  await once(child, 'exit');
  return (cpuSeconds * 1e8) / bytes;
}
