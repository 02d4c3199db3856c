import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
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
