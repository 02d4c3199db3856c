import { join } from 'node:path';
import * as z from 'zod';
import { onFreePorts } from '@claude-webui/testing/on-free-ports';
import type { Peer } from '../peer';
import { startServer } from '../server-process';
import { npmPackage } from './npm-packages';
import { connectWebSocket } from './web-socket';

const files = (bench: Parameters<Peer['install']>[0]) => npmPackage(bench, '@siteboon/claude-code-ui', '1.12.0');
const outputMessage = z.object({ type: z.literal('output'), data: z.string() });
/** It greets before the program starts. */
const GREETING = /^\u001b\[36mStarting/;

export const claudeCodeUi: Peer = {
  name: 'claude-code-ui 1.12',
  install: async (bench) => {
    await files(bench);
  },
  start: async (bench) => {
    const main = join(await files(bench), 'server/index.js');
    const server = await onFreePorts(1, (port) =>
      startServer(
        process.execPath,
        [main],
        { port, access: {} },
        {
          PORT: String(port),
          NODE_ENV: 'production',
          HOME: bench.scratch,
          DATABASE_PATH: join(bench.scratch, `claude-code-ui-${port}.db`),
        },
      ),
    );
    const { port } = server.target;
    const response = await fetch(`http://127.0.0.1:${port}/api/auth/register`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ username: 'bench', password: 'benchmark' }),
    });
    const { token } = z.object({ token: z.string() }).parse(await response.json());
    return { ...server, target: { port, access: { token } } };
  },
  connect: ({ port, access }, { workload, scratch }) =>
    connectWebSocket(`ws://127.0.0.1:${port}/shell?token=${access['token'] ?? ''}`, {
      hello: JSON.stringify({
        type: 'init',
        projectPath: scratch,
        provider: 'plain-shell',
        isPlainShell: true,
        initialCommand: `exec ${workload}`,
      }),
      input: (data) => JSON.stringify({ type: 'input', data }),
      output: (message) => {
        const { data } = outputMessage.safeParse(JSON.parse(message.toString())).data ?? {};
        return data === undefined || GREETING.test(data) ? null : data;
      },
    }),
};
