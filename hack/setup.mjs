/**
 * Brings a checkout to where it can run: dependencies as the lockfile says, everything built. Runs before `npm start`
 * and `npm test`, so it must do nothing, quickly, when nothing has changed. Plain Node: there is no node_modules yet.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const stamps = join(root, 'node_modules', '.claude-webui');
const MINIMUM_NODE = [20, 19];

/** Ends the set-up with a sentence that says what to do. */
function fail(sentence) {
  process.stderr.write(`${sentence}\n`);
  process.exit(1);
}

function run(what, command, args) {
  process.stdout.write(`${what} …\n`);
  const result = spawnSync(command, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'], env: buildEnvironment() });
  if (result.status !== 0) fail(`"${[command, ...args].join(' ')}" failed; docs/TROUBLESHOOTING.md has the common reasons.`);
}

/** npm hands its own script's settings down by environment, where a nested npm would take them for its own. */
function buildEnvironment() {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_(lifecycle|command|package)_?/.test(name)));
}

/** Runs a step if its inputs are not the ones that its last success saw. */
function whenChanged(step, inputs, action) {
  const stamp = join(stamps, step);
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === inputs()) return;
  action();
  mkdirSync(stamps, { recursive: true });
  writeFileSync(stamp, inputs());
}

/** Names, sizes and times of all files below the folders: cheap, and good enough to notice an edit. */
function fingerprint(folders) {
  const hash = createHash('sha256');
  for (const folder of folders) {
    for (const entry of readdirSync(join(root, folder), { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const path = join(entry.parentPath, entry.name);
      const { size, mtimeMs } = statSync(path);
      hash.update(`${path} ${size} ${mtimeMs}\n`);
    }
  }
  return hash.digest('hex');
}

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < MINIMUM_NODE[0] || (major === MINIMUM_NODE[0] && minor < MINIMUM_NODE[1])) {
  fail(`This needs Node.js ${MINIMUM_NODE.join('.')} or newer; here is ${process.versions.node}. The file .nvmrc names a good one.`);
}

const lockfile = () => createHash('sha256').update(readFileSync(join(root, 'package-lock.json'))).digest('hex');
whenChanged('install', lockfile, () => run('Installing dependencies', 'npm', ['ci', '--loglevel=error']));

const servers = ['protocol/src', 'session-runner/src', 'gateway/src'];
const built = (path) => (existsSync(join(root, path)) ? 'built' : 'missing');
whenChanged(
  'servers',
  () => `${fingerprint(servers)} ${built('gateway/dist/main.js')} ${built('session-runner/dist/main.js')}`,
  () => run('Building the servers', process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-b']),
);
whenChanged(
  'web',
  () => `${fingerprint(['protocol/src', 'web/src'])} ${built('web/dist/index.html')}`,
  () => run('Building the web client', 'npm', ['run', 'build', '--workspace', 'web', '--silent']),
);
