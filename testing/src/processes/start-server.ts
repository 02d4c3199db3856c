/** A server program of a test's own: started, until it serves. */
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';

export interface ServerProgram {
  file: string;
  args: readonly string[];
  /** What it says when it serves. */
  ready: RegExp;
}

/** @throws Error with the last that it said, if it ends before it serves */
export async function startServer({ file, args, ready }: ServerProgram): Promise<ChildProcess> {
  const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  await new Promise<void>((resolve, reject) => {
    child.once('error', reject);
    // Not `exit`: that may come before the last of what it printed.
    child.once('close', () => reject(new Error(`${file} ended: ${said}`)));
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => {
        said = (said + chunk.toString()).slice(-2000);
        if (ready.test(said)) resolve();
      });
  });
  return child;
}
