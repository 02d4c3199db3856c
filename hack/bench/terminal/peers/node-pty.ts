import { spawn } from 'node-pty';
import { Inbox } from '../inbox';
import type { Peer } from '../peer';

/** node-pty in the client's own process: what a server that uses it can reach at best. */
export const nodePty: Peer = {
  name: 'node-pty in process',
  install: () => Promise.resolve(),
  start: () => Promise.resolve({ target: { port: 0, access: {} }, pid: 0, stop: () => Promise.resolve() }),
  connect: (_target, { workload }) => {
    const terminal = spawn(workload, [], { encoding: null });
    const inbox = new Inbox();
    // With `encoding: null` it gives Buffers, whatever its typings say.
    terminal.onData((data: unknown) => inbox.push(data as Buffer));
    return Promise.resolve({
      write: (data) => terminal.write(Buffer.from(data)),
      onData: inbox.onData,
      close: () => Promise.resolve(terminal.kill('SIGKILL')),
    });
  },
};
