/** The session-runners of all pods, as far as the operator asks them: they answer for their status. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import { STATUS_PORT } from '@claude-webui/operator/pod/session-pod';

export interface Runners {
  /** From now on there is activity in each of them all the time; before, in none. */
  work(): void;
  close(): Promise<void>;
}

export async function playRunners(): Promise<Runners> {
  const quietSince = Date.now();
  let works = false;
  const server = createServer((_, response) => {
    const report = {
      activity: works ? 'working' : 'idle',
      attachments: 0,
      lastActivityAt: works ? Date.now() : quietSince,
    };
    response.end(JSON.stringify({ bound: true, sessionId: 'bench', cliReady: true, report }));
  });
  server.listen(STATUS_PORT, '0.0.0.0');
  await once(server, 'listening');
  return {
    work: () => (works = true),
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
