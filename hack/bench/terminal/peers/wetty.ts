import { join } from 'node:path';
import { io } from 'socket.io-client';
import { onFreePorts } from '@claude-webui/testing/on-free-ports';
import { Inbox } from '../inbox';
import type { Peer } from '../peer';
import { startServer } from '../server-process';
import { npmPackage } from './npm-packages';

/** Its own client tells the server after this many characters that it has shown them. */
const COMMIT_CHARACTERS = 262_144;

const files = (bench: Parameters<Peer['install']>[0]) => npmPackage(bench, 'wetty', '3.2.0');

export const wetty: Peer = {
  name: 'wetty 3.2',
  install: async (bench) => {
    await files(bench);
  },
  start: async (bench) => {
    const main = join(await files(bench), 'build/main.js');
    const args = [main, '--host', '127.0.0.1', '--command', bench.workload, '--log-level', 'error'];
    return onFreePorts(1, (port) =>
      startServer(process.execPath, [...args, '--port', String(port)], { port, access: {} }),
    );
  },
  connect: async ({ port }) => {
    const socket = io(`http://127.0.0.1:${port}`, {
      path: '/socket.io',
      transports: ['websocket'],
      reconnection: false,
      forceNew: true,
    });
    const inbox = new Inbox();
    let shown = 0;
    socket.on('data', (text: string) => {
      inbox.push(Buffer.from(text));
      shown += text.length;
      if (shown < COMMIT_CHARACTERS) return;
      socket.emit('commit', shown);
      shown = 0;
    });
    await new Promise<void>((resolve, reject) => {
      socket.once('login', resolve);
      socket.once('connect_error', reject);
    });
    return {
      write: (data) => void socket.emit('input', Buffer.from(data).toString('latin1')),
      onData: inbox.onData,
      close: () => {
        socket.disconnect();
        return Promise.resolve();
      },
    };
  },
};
