import { spawn } from 'node:child_process';
import { Inbox } from '../inbox';
import type { Peer } from '../peer';
import { end } from '../server-process';

/** A pseudo-terminal with a copy loop in C: nothing can be faster. */
export const ptyLoop: Peer = {
  name: 'PTY loop in C',
  install: () => Promise.resolve(),
  start: () => Promise.resolve({ target: { port: 0, access: {} }, pid: 0, stop: () => Promise.resolve() }),
  connect: (_target, { ptyLoop: program, workload }) => {
    const child = spawn(program, [workload], { stdio: ['pipe', 'pipe', 'ignore'] });
    const inbox = new Inbox();
    child.stdout.on('data', inbox.push);
    return Promise.resolve({
      pid: child.pid ?? 0,
      write: (data) => void child.stdin.write(data),
      onData: inbox.onData,
      close: () => end(child),
    });
  },
};
