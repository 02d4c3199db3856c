/** Environments of Python for tests that need a program or a library of PyPI: each in the user's cache, made once. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { CACHE } from './cache.mjs';

/**
 * Makes an environment with these packages, if it is not there. What fails is said, and ends the process.
 * @param name with the version in it: what is there is not made anew
 * @param packages as pip takes them, with versions
 * @returns where its programs are
 */
export function pythonEnvironment(name, packages) {
  const directory = join(CACHE, name);
  const complete = join(directory, '.complete');
  if (!existsSync(complete)) {
    rmSync(directory, { recursive: true, force: true });
    mkdirSync(dirname(directory), { recursive: true });
    run('python3', ['-m', 'venv', directory]);
    run(join(directory, 'bin', 'pip'), ['install', '--quiet', '--disable-pip-version-check', ...packages]);
    writeFileSync(complete, '');
  }
  return join(directory, 'bin');
}

function run(command, args) {
  const { status } = spawnSync(command, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  if (status === 0) return;
  process.stderr.write(`"${[command, ...args].join(' ')}" failed. It needs python3 with its venv module, and PyPI.\n`);
  process.exit(1);
}
