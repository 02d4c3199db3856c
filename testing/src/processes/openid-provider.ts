import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export interface ProviderProcess {
  issuer: string;
  close(): Promise<void>;
}

/** A real OpenID provider in a process of its own, for it is an ES module. It sends people back to `redirectUri`. */
export async function startProvider(redirectUri: string): Promise<ProviderProcess> {
  const child = spawn(process.execPath, [join(__dirname, 'openid-provider.mjs'), redirectUri], {
    env: { NODE_ENV: 'production' },
    // It warns that it is not for production, each time.
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const exited = once(child, 'exit');
  const [issuer] = (await Promise.race([once(createInterface(child.stdout), 'line'), exited])) as unknown[];
  if (typeof issuer !== 'string') throw new Error('The OpenID provider did not start.');
  return {
    issuer,
    close: async () => {
      child.kill('SIGKILL');
      await exited;
    },
  };
}
