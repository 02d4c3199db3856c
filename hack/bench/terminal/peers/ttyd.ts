import { onFreePorts } from '@claude-webui/testing/on-free-ports';
import type { Peer } from '../peer';
import { pathOf, startServer } from '../server-process';
import { connectWebSocket } from './web-socket';

const OUTPUT = '0'.charCodeAt(0);

/** Not to be had by package name everywhere: measured where it is on PATH. */
export const ttyd: Peer = {
  name: 'ttyd',
  install: async () => {
    if ((await pathOf('ttyd')) === null) throw new Error('ttyd is not on PATH');
  },
  start: ({ workload }) =>
    onFreePorts(1, (port) =>
      startServer('ttyd', ['-W', '-i', '127.0.0.1', '-p', String(port), workload], { port, access: {} }),
    ),
  connect: ({ port }) =>
    connectWebSocket(`ws://127.0.0.1:${port}/ws`, {
      protocol: 'tty',
      hello: JSON.stringify({ AuthToken: '', columns: 80, rows: 24 }),
      input: (data) => Buffer.from(`0${data}`, 'latin1'),
      output: (message) => (message[0] === OUTPUT ? message.subarray(1) : null),
    }),
};
