import { spawn } from 'node:child_process';
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const MAIN = join(__dirname, '../dist/main.js');
const base = mkdtempSync(join(tmpdir(), 'cwui-main-'));

afterAll(() => rmSync(base, { recursive: true, force: true }));

/** The gateway's own process, and what it says to the person who started it. */
class RunningProcess {
  readonly child: ChildProcessWithoutNullStreams;
  readonly left: Promise<number | null>;
  said = '';

  constructor(env: Record<string, string>) {
    const defaults = {
      PORT: '0',
      INTERNAL_PORT: '0',
      DATA_DIR: join(base, 'data'),
      CLAUDE_WORKING_DIR: join(base, 'sessions'),
    };
    this.child = spawn(process.execPath, [MAIN], { env: { PATH: process.env['PATH'], ...defaults, ...env } });
    this.child.stdout.resume();
    this.child.stderr.on('data', (data: Buffer) => (this.said += data.toString()));
    this.left = once(this.child, 'close').then(([code]) => code as number | null);
  }

  async says(text: string): Promise<void> {
    while (!this.said.includes(text)) await once(this.child.stderr, 'data');
  }
}

test('the process says where it is, and leaves in order when asked to', async () => {
  const gateway = new RunningProcess({});
  await gateway.says('Claude Code WebUI is at http://');
  await gateway.says('shown only this once');
  gateway.child.kill('SIGTERM');
  expect(await gateway.left).toBe(0);
});

test('a port that is taken is said in a sentence', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as AddressInfo;
  const gateway = new RunningProcess({ PORT: String(port) });
  expect(await gateway.left).toBe(1);
  expect(gateway.said).toContain(`Port ${port} is taken.`);
  other.close();
});

test('a wrong configuration is told with all its problems, and nothing starts', async () => {
  const gateway = new RunningProcess({ PORT: 'many', MAX_SESSIONS: '-1' });
  expect(await gateway.left).toBe(1);
  expect(gateway.said).toMatch(/PORT .*\n.*MAX_SESSIONS |MAX_SESSIONS .*\n.*PORT /);
});

test('variables with misspelt names are named at the start, with the ones that may be meant', async () => {
  const gateway = new RunningProcess({ MAX_SESIONS: '5', OIDC_AUDIENCE: 'x', JWT_SECERT: 'never shown' });
  await gateway.says('Claude Code WebUI is at http://');
  expect(gateway.said).toContain('Warning: MAX_SESIONS is not a variable of this server. Did you mean MAX_SESSIONS?');
  expect(gateway.said).toContain('Warning: OIDC_AUDIENCE is not a variable of this server and has no effect.');
  expect(gateway.said).toContain('Did you mean JWT_SECRET?');
  expect(gateway.said).not.toContain('never shown');
  gateway.child.kill('SIGTERM');
  expect(await gateway.left).toBe(0);
});
