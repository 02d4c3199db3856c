/**
 * Records what real programs write to a terminal, read by read, for the tests of session-runner/src/screen:
 *
 *     node hack/record-terminal.mjs [NAME...]      all of them without a name; into session-runner/recordings/NAME.json.gz
 *
 * Needs vim, nvim, htop, tmux, less, top and bwrap (Debian: vim neovim htop tmux less procps bubblewrap) and the built session-runner
 * (npm run setup) and stand-in for the model (npm run fake-anthropic:bundle -w testing). Programs run in a file system of their own, so that nothing of this machine is in a recording.
 *
 * A recording is JSON: `size` at the start, and `pieces` in order, each a read (base64) or a change of size.
 */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const require = createRequire(import.meta.url);
const { Terminal } = require('@claude-webui/session-runner/terminal/terminal');
const { findClaude } = require('@claude-webui/session-runner/claude/binary');
const { CLAUDE_ENVIRONMENT, claudeState } = require('@claude-webui/session-runner/claude/settings');

const SIZE = { cols: 80, rows: 24 };
/** A step is over when the program has been quiet for so long. Milliseconds. */
const QUIET_MS = 400;
const CLAUDE_QUIET_MS = 2500;
const LONGEST_STEP_MS = 15_000;

const resize = (cols, rows) => ({ cols, rows });
const WIDER = resize(100, 30);
const NARROWER = resize(60, 16);
const SHELL = ['/bin/sh', '-c'];

/** Text with what terminals get wrong: wide, combining and joined characters, tabs, long lines. */
const TEXT = Array.from({ length: 120 }, (_, n) => {
  const extra = ['漢字かな交じり文', 'e\u0301a\u0308o\u0302', '👩‍👩‍👧‍👦 🇩🇪 👍🏽', '\ttab\tstops', 'long '.repeat(30)][n % 5];
  return `${n + 1} The quick brown fox jumps over the lazy dog. ${extra}`;
}).join('\n');

/** Programs, and what a person does in them: keys, or another size of the window. */
const PROGRAMS = {
  vim: {
    command: ['vim', '-u', 'NONE', '-c', 'set nocompatible ruler number hlsearch', 'text'],
    steps: [
      '\x06',
      '\x06',
      'gg',
      '/fox\r',
      'n',
      'n',
      ':split\r',
      '\x17j',
      'ihello \x1b',
      'dd',
      'u',
      WIDER,
      ':vsplit\r',
      '\x17\x17',
      NARROWER,
      'G',
      'ozum Schluß\x1b',
      ':only\r',
      ':set wrap!\r',
      SIZE,
      ':q!\r',
    ],
  },
  nvim: {
    command: ['nvim', '--clean', '-c', 'set number hlsearch termguicolors', 'text'],
    steps: [
      '\x06',
      '\x06',
      'gg',
      '/fox\r',
      'n',
      ':split\r',
      '\x17j',
      'ihello \x1b',
      'dd',
      'u',
      WIDER,
      ':vsplit\r',
      NARROWER,
      'G',
      ':only\r',
      ':help\r',
      SIZE,
      ':qa!\r',
    ],
  },
  htop: {
    command: ['htop', '-d', '5'],
    steps: ['\x1b[B', 'H', 'M', '\x1bOR', 'sh', '\r', WIDER, 't', NARROWER, '\x1bOQ', '\x1b', SIZE, 'q'],
  },
  top: { command: ['top', '-d', '0.5'], steps: ['1', 'z', 'x', WIDER, 'c', NARROWER, 'h', 'q', SIZE, 'q'] },
  less: {
    command: ['less', '-R', 'text'],
    steps: [' ', ' ', 'b', '/fox\r', 'n', 'n', 'G', WIDER, 'g', '-S\r', '\x1b[C', NARROWER, 'F', '\x03', SIZE, 'q'],
  },
  tmux: {
    command: ['tmux', '-f', '/dev/null', 'new-session', '-x', '80', '-y', '24', 'PS1="$ " sh'],
    steps: [
      'seq 40\r',
      '\x02%',
      'PS1="$ "; seq 30\r',
      '\x02"',
      'less text\r',
      ' ',
      WIDER,
      'q',
      '\x02o',
      'ls -la /\r',
      NARROWER,
      '\x02c',
      'printf "\\033[31mred\\033[0m\\n"\r',
      '\x02[',
      '\x1b[5~',
      'q',
      '\x020',
      SIZE,
      '\x02:kill-server\r',
    ],
  },
  shell: {
    command: ['bash', '--norc'],
    steps: [
      'seq 60\r',
      'printf "\\033[1;31mbold red\\033[0m \\033[4:3mcurly\\033[0m\\n"\r',
      'cat text | head -30\r',
      'printf "\\033(0lqqk\\033(B\\n"\r',
      'printf "\\033]8;;https://example.com/a\\033\\\\link\\033]8;;\\033\\\\\\n"\r',
      WIDER,
      'for i in $(seq 200); do echo "line $i $RANDOM"; done\r',
      NARROWER,
      'cat text\r',
      'clear\r',
      SIZE,
      'exit\r',
    ],
  },
  'claude-inline': { claude: '0' },
  'claude-full-screen': { claude: '1' },
  // A long answer in many sizes.
  'claude-resized': {
    claude: '0',
    steps: [
      'lines: 200\r',
      ...[resize(80, 12), resize(80, 40), resize(80, 24), resize(60, 24), resize(120, 24), resize(66, 24)],
      ...[resize(45, 18), resize(71, 31), resize(100, 12), resize(52, 45), resize(140, 20), resize(30, 30)],
      'say: between the sizes\r',
      ...[resize(110, 37), resize(64, 9), resize(69, 50), resize(75, 16), resize(38, 22), SIZE],
      '/exit\r',
    ],
  },
};
const CLAUDE_STEPS = [
  'say: hello\r',
  'lines: 60\r',
  WIDER,
  'say: # A title\n\nSome **bold** and `code`, a list:\n\n- one\n- two\n\n```js\nconst a = 1;\n```\n',
  '\r',
  'tool: ls /\r',
  '\r',
  NARROWER,
  'slow: 20 one two three four five six seven eight nine ten eleven twelve\r',
  '/help\r',
  '\x1b',
  'half a prompt with 漢字',
  SIZE,
  '\x15',
  '/exit\r',
];

/** The program's command in a file system of its own, with `text` in its home. */
function confined(command, folder, env = {}, keepNetwork = false) {
  const settings = Object.entries({
    HOME: '/home/user',
    TERM: 'xterm-256color',
    COLORTERM: 'truecolor',
    LANG: 'C.UTF-8',
    PATH: '/usr/bin:/bin',
    USER: 'user',
    SHELL: '/bin/sh',
    ...env,
  });
  return {
    file: spawnSync('sh', ['-c', 'command -v bwrap'], { encoding: 'utf8' }).stdout.trim(),
    args: [
      ...['--unshare-pid', '--unshare-uts', '--hostname', 'host', '--die-with-parent', '--clearenv'],
      ...(keepNetwork ? [] : ['--unshare-net']),
      ...['--ro-bind', '/usr', '/usr', '--ro-bind', '/etc/alternatives', '/etc/alternatives'],
      ...['--symlink', 'usr/bin', '/bin', '--symlink', 'usr/lib', '/lib', '--symlink', 'usr/lib64', '/lib64'],
      ...[
        '--proc',
        '/proc',
        '--dev',
        '/dev',
        '--tmpfs',
        '/tmp',
        '--bind',
        folder,
        '/home/user',
        '--chdir',
        '/home/user',
      ],
      ...settings.flatMap(([name, value]) => ['--setenv', name, value]),
      ...command,
    ],
    env: {},
    cwd: folder,
  };
}

/** Runs a program through its steps, and resolves with what it wrote. */
async function record(command, steps, quietMs = QUIET_MS) {
  const pieces = [];
  let last = performance.now();
  let ended = false;
  const terminal = new Terminal(command, SIZE, {
    output: (piece) => {
      pieces.push(Buffer.from(piece).toString('base64'));
      last = performance.now();
    },
    inputDrained: () => undefined,
    exited: () => (ended = true),
  });
  const quiet = async () => {
    const since = (last = performance.now());
    while (!ended && performance.now() - last < quietMs && performance.now() - since < LONGEST_STEP_MS)
      await new Promise((resolve) => setTimeout(resolve, 20));
  };
  await quiet();
  for (const step of steps) {
    if (ended) break;
    if (typeof step === 'string') terminal.write(Buffer.from(step));
    else {
      terminal.readAvailable();
      pieces.push(step);
      terminal.resize(step);
    }
    await quiet();
  }
  if (!ended) process.kill(terminal.pid, 'SIGKILL');
  return pieces;
}

async function claude(renderer, folder, steps) {
  const api = spawn(process.execPath, [join(root, 'testing/dist/fake-anthropic.js'), '0'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = await once(api.stdout, 'data');
  const [url] = /http:\/\/\S+/.exec(String(line));
  writeFileSync(join(folder, '.claude.json'), JSON.stringify(claudeState({}, '/home/user')));
  const file = findClaude();
  const env = {
    ...CLAUDE_ENVIRONMENT,
    CLAUDE_CODE_NO_FLICKER: renderer,
    ANTHROPIC_BASE_URL: url,
    ANTHROPIC_AUTH_TOKEN: 'none',
  };
  const command = confined(['/opt/claude'], folder, env, true);
  command.args.splice(0, 0, '--ro-bind', file, '/opt/claude');
  try {
    // It thinks between two frames.
    return await record(command, steps, CLAUDE_QUIET_MS);
  } finally {
    api.kill();
  }
}

const names = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(PROGRAMS);
for (const name of names) {
  const folder = mkdtempSync(join(tmpdir(), 'record-'));
  writeFileSync(join(folder, 'text'), TEXT);
  const { command, steps, claude: renderer } = PROGRAMS[name];
  const pieces =
    renderer === undefined
      ? await record(confined(command, folder), steps)
      : await claude(renderer, folder, steps ?? CLAUDE_STEPS);
  rmSync(folder, { recursive: true, force: true });
  const file = join(root, 'session-runner/recordings', `${name}.json.gz`);
  writeFileSync(file, gzipSync(JSON.stringify({ size: SIZE, pieces }), { level: 9 }));
  const bytes = pieces.reduce(
    (sum, piece) => sum + (typeof piece === 'string' ? Buffer.from(piece, 'base64').length : 0),
    0,
  );
  process.stdout.write(`${name}: ${pieces.length} pieces, ${bytes} bytes\n`);
}
process.exit(0);
