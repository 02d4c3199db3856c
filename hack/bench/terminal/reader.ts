/** Reads a flood from the workload's terminal, twice, and tells what CPU the second took. See reading-alone.ts. */
import { Terminal } from '@claude-webui/session-runner/terminal/terminal';

const [workload = '', size = ''] = process.argv.slice(2);
const bytes = Number(size);
const READY_BYTES = 'READY\n'.length;

let received = 0;
let before = process.cpuUsage();
const flood = () => terminal.write(Buffer.from(`f ${bytes}\r`));

const terminal: Terminal = new Terminal(
  { file: workload, args: [], env: {}, cwd: '/' },
  { cols: 80, rows: 24 },
  {
    output: (piece) => {
      received += piece.length;
      if (received === READY_BYTES) flood();
      if (received === READY_BYTES + bytes) {
        before = process.cpuUsage();
        flood();
      }
      if (received !== READY_BYTES + 2 * bytes) return;
      const { user, system } = process.cpuUsage(before);
      process.send?.((user + system) / 1e6);
      process.kill(terminal.pid, 'SIGKILL');
    },
    inputDrained: () => undefined,
    exited: () => process.disconnect(),
  },
);
