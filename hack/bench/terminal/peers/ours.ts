import { join } from 'node:path';
import * as z from 'zod';
import { onFreePorts } from '@claude-webui/testing/on-free-ports';
import { connectOwn } from '../ours/own-session';
import type { Peer } from '../peer';
import { startServer } from '../server-process';

const PASSWORD = 'only for the benchmark';
const signedIn = z.object({ token: z.string() });

/** The whole chain: our client library, gateway, session-runner, pseudo-terminal. */
export const ours: Peer = {
  name: 'Claude Code WebUI',
  install: () => Promise.resolve(),
  start: async ({ workload, scratch, profiles }) => {
    // The gateway hands its own flags to the session-runners.
    const profiling = profiles === null ? [] : ['--cpu-prof', `--cpu-prof-dir=${profiles}`];
    const server = await onFreePorts(1, (port) =>
      startServer(
        process.execPath,
        [...profiling, join(__dirname, 'launcher.js'), workload],
        { port, access: {} },
        {
          PORT: String(port),
          INTERNAL_PORT: '0',
          NODE_ENV: 'test',
          LOG_LEVEL: 'warn',
          DATA_DIR: join(scratch, `data-${port}`),
          CLAUDE_WORKING_DIR: join(scratch, `sessions-${port}`),
          CLAUDE_WEBUI_ADMIN_PASSWORD: PASSWORD,
          SESSION_ISOLATION: 'off',
          MAX_SESSIONS: '300',
          MAX_SESSIONS_PER_USER: '300',
          RATE_LIMIT_MAX_REQUESTS: '100000',
          ACCESS_TOKEN_TTL: '86400',
        },
      ),
    );
    const { port } = server.target;
    const response = await fetch(`http://127.0.0.1:${port}/auth/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ username: 'admin', password: PASSWORD }),
    });
    const { token } = signedIn.parse(await response.json());
    return { ...server, target: { port, access: { token } } };
  },
  connect: (target) => connectOwn(target),
};
