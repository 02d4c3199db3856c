import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { namespaceTest, ownNamespace } from '../testing/own-namespace';
import { RunningProgram } from '../testing/running-program';
import { sessionSpec } from '../testing/running-session';
import { endProcesses } from './end';

/** A shell command as the root of a session, and the first number it prints. */
async function start(
  command: string,
): Promise<{ root: number; marker: string; number: number; output: Promise<string> }> {
  const marker = randomUUID();
  const shell = spawn('/bin/sh', ['-c', command], {
    env: { PATH: '/usr/bin:/bin', CLAUDE_WEBUI_SESSION: marker },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  let output = '';
  const number = await new Promise<number>((resolve) => {
    shell.stdout.on('data', (data: Buffer) => {
      output += data.toString();
      const found = /\d+/.exec(output)?.[0];
      if (found !== undefined) resolve(Number(found));
    });
  });
  return { root: shell.pid!, marker, number, output: once(shell.stdout, 'close').then(() => output) };
}

/** Dead ones that nobody has collected yet do not live. */
function lives(pid: number): boolean {
  return existsSync(`/proc/${pid}/stat`) && !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'latin1'));
}

const STUBBORN = `trap "" HUP TERM; echo $$; while :; do sleep 1; done`;

test('a grandchild that called setsid, ignores signals and lost its parent is gone', async () => {
  const { root, marker, number } = await start(`(setsid sh -c '${STUBBORN}' &); exec sleep 1000`);
  const parent = /^PPid:\s+(\d+)$/m.exec(readFileSync(`/proc/${number}/status`, 'utf8'))?.[1];
  expect(Number(parent)).not.toBe(root);
  await endProcesses(root, marker, 50);
  expect([root, number].filter(lives)).toEqual([]);
});

test('a root that has left by itself does not hide what it left behind', async () => {
  const { root, marker, number } = await start(`(setsid sh -c '${STUBBORN}' &)`);
  await endProcesses(root, marker, 0);
  expect([root, number].filter(lives)).toEqual([]);
});

test('a process without the marker is found by its terminal', async () => {
  const program = RunningProgram.start(
    sessionSpec({ program: { args: ['-c', `(env -i /bin/sh -c '${STUBBORN}' &); exec sleep 1000`] } }),
  );
  const number = Number(await program.until(() => /\d+/.exec(program.text)?.[0]));
  expect(readFileSync(`/proc/${number}/environ`, 'utf8')).not.toContain('CLAUDE_WEBUI_SESSION');
  await program.end();
  expect(lives(number)).toBe(false);
});

test('a program has its grace to leave in order', async () => {
  const { root, marker, output } = await start(
    `trap 'sleep 0.1; echo bye; exit' HUP; echo 1; while :; do sleep 0.01; done`,
  );
  await endProcesses(root, marker, 5_000);
  expect(await output).toContain('bye');
});

test('a stopped program hears of the end', async () => {
  const { root, marker, output } = await start(
    `trap 'echo bye; exit' HUP; (kill -STOP $$; echo 1) & while :; do sleep 0.01; done`,
  );
  await endProcesses(root, marker, 5_000);
  expect(await output).toContain('bye');
});

test('a number that was given to another process is left alone', async () => {
  const { root, marker, number } = await start('sleep 1000 & echo $!; wait');
  await endProcesses(number, 'another session', 0);
  expect(lives(number)).toBe(true);
  await endProcesses(root, marker, 0);
  expect(lives(number)).toBe(false);
});

/** Never there when one looks again, for it lives on in its child. Begins anew before its stack is full. */
const COMET = '#!/bin/sh\nf() { [ $1 -gt 500 ] && exec "$0"; f $(($1 + 1)) & }\nf 0\n';

/** Starts twenty comets, ends them as a pod does, and prints what is left in /proc. */
const END_COMETS = `
const { spawn } = require('node:child_process');
const { readdirSync } = require('node:fs');
const { setTimeout: delay } = require('node:timers/promises');
const { endProcesses } = require(process.argv[1]);
const env = { ...process.env, CLAUDE_WEBUI_SESSION: 'marker' };
const roots = Array.from({ length: 20 }, () => spawn(process.argv[2], { env, stdio: 'ignore' }));
delay(100)
  .then(() => endProcesses(roots[0].pid, 'marker', 0))
  .then(() => delay(100))
  .then(() => console.log(JSON.stringify(readdirSync('/proc').filter((name) => Number(name) > 0))));
`;

namespaceTest('in a container, processes that outrun who looks for them are gone', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'comets-'));
  const comet = join(folder, 'comet');
  writeFileSync(comet, COMET, { mode: 0o755 });
  const [file, ...args] = ownNamespace(folder);
  const end = join(__dirname, '../../dist/processes/end.js');
  const container = spawn(file, [...args, process.execPath, '-e', END_COMETS, end, comet], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const left = JSON.parse(await text(container.stdout)) as string[];
  // The init, and the one that ended them.
  expect(left).toHaveLength(2);
});
