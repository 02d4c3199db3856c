/**
 * Makes the stand-in for AWS Secrets Manager that tests talk to: `moto` from PyPI, in an environment of its own under the user's
 * cache. Prints where its server is. Does nothing when it is there.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';

const VERSION = '5.2.5';
const directory = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'claude-webui', `moto-${VERSION}`);
const server = join(directory, 'bin', 'moto_server');

function run(command, args) {
  const { status } = spawnSync(command, args, { stdio: ['ignore', 'inherit', 'inherit'] });
  if (status === 0) return;
  rmSync(directory, { recursive: true, force: true });
  process.stderr.write(
    `"${[command, ...args].join(' ')}" failed. moto needs python3 with its venv module, and PyPI.\n`,
  );
  process.exit(1);
}

if (!existsSync(server)) {
  mkdirSync(dirname(directory), { recursive: true });
  run('python3', ['-m', 'venv', directory]);
  run(join(directory, 'bin', 'pip'), ['install', '--quiet', '--disable-pip-version-check', `moto[server]==${VERSION}`]);
}
process.stdout.write(`${server}\n`);
