import { onFreePorts } from '@claude-webui/testing/on-free-ports';
import type { Peer } from '../peer';
import { pathOf, startServer } from '../server-process';
import { connectWebSocket } from './web-socket';

const OUTPUT = '1'.charCodeAt(0);

/** Not to be had by package name everywhere: measured where it is on PATH. */
export const gotty: Peer = {
  name: 'gotty',
  install: async () => {
    if ((await pathOf('gotty')) === null) throw new Error('gotty is not on PATH');
  },
  start: ({ workload }) =>
    onFreePorts(1, (port) =>
      startServer('gotty', ['-w', '--address', '127.0.0.1', '--port', String(port), workload], { port, access: {} }),
    ),
  connect: ({ port }) =>
    connectWebSocket(`ws://127.0.0.1:${port}/ws`, {
      protocol: 'webtty',
      hello: JSON.stringify({ Arguments: '', AuthToken: '' }),
      input: (data) => `1${data}`,
      output: (message) =>
        message[0] === OUTPUT ? Buffer.from(message.subarray(1).toString('latin1'), 'base64') : null,
    }),
};
