/** The gateway as people run it: its own process, told everything by its environment. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

const MAIN = join(__dirname, '../../gateway/dist/main.js');
const START_TIMEOUT_MS = 20_000;
/** Enough of the log to see what went wrong. */
const MAX_LOG_CHARACTERS = 20_000;

export interface GatewayProcess {
  url: string;
  /** The end of what it wrote. */
  log(): string;
  /** Asks it to stop and waits until it has; resolves with its exit status. */
  close(): Promise<number | null>;
  /** Kills it, as a lost node does. */
  kill(): Promise<void>;
}

/** @throws if it ends, or says no address in time; its log is in the message */
export async function startGatewayProcess(env: Record<string, string>): Promise<GatewayProcess> {
  const child = spawn(process.execPath, [MAIN], {
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = once(child, 'exit');
  let log = '';
  const url = await new Promise<string>((resolve, reject) => {
    const fail = (why: string) => reject(new Error(`The gateway ${why}:\n${log}`));
    const timer = setTimeout(() => fail('did not start in time'), START_TIMEOUT_MS);
    const read = (chunk: Buffer) => {
      log = (log + chunk.toString()).slice(-MAX_LOG_CHARACTERS);
      const address = / is at (http:\S+)/.exec(log)?.[1];
      if (address === undefined) return;
      clearTimeout(timer);
      resolve(address);
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    // Not `exit`: that may come before the last of its log.
    child.once('close', () => {
      clearTimeout(timer);
      fail('ended at its start');
    });
  });
  return {
    url,
    log: () => log,
    close: async () => {
      child.kill('SIGTERM');
      const [code] = (await exited) as [number | null];
      return code;
    },
    kill: async () => {
      child.kill('SIGKILL');
      await exited;
    },
  };
}
