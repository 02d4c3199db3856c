import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Bench, Peer, Target } from './peer';
import { end } from './server-process';

/** Runs something while another client, in another process, floods a session of the same server. */
export async function besideFlood<T>(peer: Peer, target: Target, bench: Bench, run: () => Promise<T>): Promise<T> {
  const script = join(__dirname, 'flood-client.js');
  const child = spawn(process.execPath, [script, peer.name, JSON.stringify(target), JSON.stringify(bench)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    await once(child.stdout, 'data');
    return await run();
  } finally {
    await end(child);
  }
}
