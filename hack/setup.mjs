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
/** Folders that are made from the others. */
const GENERATED = new Set(['node_modules', 'dist']);

/** Ends the set-up with a sentence that says what to do. */
function fail(sentence) {
  process.stderr.write(`${sentence}\n`);
  process.exit(1);
}

function run(what, command, args) {
  process.stdout.write(`${what} …\n`);
  const result = spawnSync(command, args, {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: buildEnvironment(),
  });
  if (result.status !== 0)
    fail(`"${[command, ...args].join(' ')}" failed; docs/TROUBLESHOOTING.md has the common reasons.`);
}

/** npm hands its own script's settings down by environment, where a nested npm would take them for its own. */
function buildEnvironment() {
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^npm_(lifecycle|command|package)_?/.test(name)),
  );
}

/** Runs a step if what it makes is missing, or its inputs are not the ones that its last success began with. */
function step(name, { inputs, outputs, action }) {
  const stamp = join(stamps, name);
  const made = outputs.every((path) => existsSync(join(root, path)));
  if (made && existsSync(stamp) && readFileSync(stamp, 'utf8') === inputs) return;
  action();
  mkdirSync(stamps, { recursive: true });
  writeFileSync(stamp, inputs);
}

/** Name, size and time of a file: cheap to get, and good enough to notice an edit. */
function look(path) {
  const { size, mtimeMs } = statSync(path);
  return `${size} ${mtimeMs}`;
}

/** One hash over all files at and below the paths. */
function fingerprint(paths, content = look) {
  const hash = createHash('sha256');
  for (const path of paths.flatMap((path) => filesAt(join(root, path)))) hash.update(`${path}\n`).update(content(path));
  return hash.digest('hex');
}

function filesAt(path) {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path)
    .filter((name) => !GENERATED.has(name))
    .flatMap((name) => filesAt(join(path, name)));
}

/** node-pty comes as source on Linux and is compiled while npm installs it. */
function requireBuildTools() {
  if (process.platform !== 'linux') return;
  const missing = ['python3', 'make', 'g++'].filter((tool) => spawnSync(tool, ['--version']).error !== undefined);
  if (missing.length === 0) return;
  fail(
    `To compile the terminal library node-pty this needs ${missing.join(', ')}. On Debian or Ubuntu: apt-get install python3 make g++`,
  );
}

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < MINIMUM_NODE[0] || (major === MINIMUM_NODE[0] && minor < MINIMUM_NODE[1])) {
  fail(
    `This needs Node.js ${MINIMUM_NODE.join('.')} or newer; here is ${process.versions.node}. The file .nvmrc names a good one.`,
  );
}

step('install', {
  inputs: fingerprint(['package-lock.json'], (path) => readFileSync(path)),
  outputs: ['node_modules'],
  action: () => {
    requireBuildTools();
    // What the lockfile says, as `npm ci` would, but that refuses any lockfile made where the registry does not carry
    // the binaries of every platform. With NODE_ENV=production npm would leave out the compilers of the next steps.
    run('Installing dependencies', 'npm', ['install', '--no-save', '--include=dev', '--loglevel=error']);
  },
});
const servers = ['protocol', 'kubernetes-api', 'session-runner', 'gateway', 'operator'];
step('servers', {
  inputs: fingerprint(['tsconfig.base.json', 'tsconfig.json', ...servers]),
  outputs: servers.map((name) => `${name}/dist`),
  action: () =>
    run('Building the servers', process.execPath, [join(root, 'node_modules/@typescript/native/bin/tsc'), '-b']),
});
step('session-runner', {
  inputs: fingerprint(['protocol/src', 'session-runner']),
  outputs: ['session-runner/dist/bundle'],
  action: () =>
    run('Bundling the session-runner', 'npm', ['run', 'build', '--workspace', 'session-runner', '--silent']),
});
step('web', {
  inputs: fingerprint(['protocol/src', 'web']),
  outputs: ['web/dist/index.html'],
  action: () => run('Building the web client', 'npm', ['run', 'build', '--workspace', 'web', '--silent']),
});
