import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { onFreePorts } from '@claude-webui/testing/on-free-ports';
import type { Bench, Peer } from '../peer';
import { runToEnd, startServer } from '../server-process';
import { connectWebSocket } from './web-socket';

const VERSION = '0.18.1';
const SERVER = `
import sys
import terminado, tornado.ioloop, tornado.web
manager = terminado.UniqueTermManager(shell_command=[sys.argv[2]])
app = tornado.web.Application([(r"/websocket", terminado.TermSocket, {"term_manager": manager})])
app.listen(int(sys.argv[1]), "127.0.0.1")
tornado.ioloop.IOLoop.current().start()
`;
const message = z.tuple([z.literal('stdout'), z.string()]);

async function python({ cache }: Bench): Promise<string> {
  const directory = join(cache, `terminado-${VERSION}`);
  const binary = join(directory, 'bin/python');
  if (existsSync(join(directory, 'installed'))) return binary;
  await runToEnd('python3', ['-m', 'venv', directory]);
  await runToEnd(binary, ['-m', 'pip', 'install', '--quiet', `terminado==${VERSION}`]);
  writeFileSync(join(directory, 'installed'), '');
  return binary;
}

export const terminado: Peer = {
  name: 'terminado 0.18',
  install: async (bench) => {
    await python(bench);
  },
  start: async (bench) => {
    const program = await python(bench);
    return onFreePorts(1, (port) =>
      startServer(program, ['-c', SERVER, String(port), bench.workload], { port, access: {} }),
    );
  },
  connect: ({ port }) =>
    connectWebSocket(`ws://127.0.0.1:${port}/websocket`, {
      input: (data) => JSON.stringify(['stdin', data]),
      output: (data) => message.safeParse(JSON.parse(data.toString())).data?.[1] ?? null,
    }),
};
