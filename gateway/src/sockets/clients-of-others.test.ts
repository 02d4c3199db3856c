/** Socket.IO's clients of other languages, written by docs/API.md: sign-in, attach, keys, sizes, an upgrade, a cut. */
import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describeUnless } from '@claude-webui/testing/unless';
import { PASSWORD } from '../testing/environment';
import { GatewayProcess } from '../testing/gateway-process';

jest.setTimeout(180_000);

const CLIENTS = join(__dirname, 'testing/clients');
const STEPS = [
  ...['signed in', 'started', 'opened', 'typed', 'upgraded', 'resized'],
  ...['reconnected', 'typed again', 'closed'],
];

/** What an installer prints; null if it could not install. */
function installed(installer: string): string | null {
  const { status, stdout } = spawnSync(process.execPath, [join(__dirname, '../../../hack', installer)], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return status === 0 ? stdout.trim() : null;
}

const python = installed('python-socketio.mjs');
const jars = installed('socket-io-java.mjs');

describe.each([
  ['python-socketio', python, 'python3-venv, and PyPI', [join(CLIENTS, 'terminal.py')]],
  [
    'Socket.IO for Java',
    jars === null ? null : 'java',
    'a JDK, maven, and Maven Central',
    ['-cp', `${jars}/*`, join(CLIENTS, 'Terminal.java')],
  ],
] as const)('%s', (name, program, wants, args) => {
  describeUnless(program === null ? `${name} could not be installed: it needs ${wants}` : null, 'in a shell', () => {
    let directory: string;
    let gateway: GatewayProcess;

    beforeAll(async () => {
      directory = mkdtempSync(join(tmpdir(), 'cwui-clients-'));
      const policy = join(directory, 'policy.yaml');
      const others = [{ path: '/bin/sh', arguments: ['-i'] }];
      writeFileSync(policy, JSON.stringify({ version: 1, everyone: { programs: { others } } }));
      gateway = await GatewayProcess.start({
        DATA_DIR: join(directory, 'data'),
        CLAUDE_WORKING_DIR: join(directory, 'sessions'),
        POLICY_FILE: policy,
      });
    });
    afterAll(async () => {
      await gateway.end('SIGTERM');
      rmSync(directory, { recursive: true, force: true });
    });

    test('does all that a terminal does', async () => {
      const url = `http://127.0.0.1:${gateway.port}`;
      const { stdout } = await promisify(execFile)(program ?? '', [...args, url], {
        env: { PATH: process.env['PATH'], PASSWORD },
        timeout: 170_000,
      });
      expect(stdout.trim().split('\n')).toEqual(STEPS);
    });
  });
});
