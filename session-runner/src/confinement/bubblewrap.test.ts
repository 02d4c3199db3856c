import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { prepareProgram } from '../program/prepare';
import { confinedTest } from '../testing/bubblewrap-here';
import { RunningProgram } from '../testing/running-program';
import { sessionSpec } from '../testing/running-session';
import { confine } from './bubblewrap';

const confinedSpec = (script: string, env: Record<string, string> = {}) =>
  sessionSpec({ program: { path: '/bin/bash', args: ['-c', script], env, confinement: 'bubblewrap' } });

/** What a shell command says inside the sandbox. */
async function inside(script: string, spec = confinedSpec(script)): Promise<string> {
  const prepared = prepareProgram(spec);
  if ('problem' in prepared) throw new Error(prepared.problem.reason);
  const { file, args, env, cwd } = prepared.command;
  const { stdout } = await promisify(execFile)(file, args, { env, cwd });
  await prepared.close();
  return stdout.trim();
}

confinedTest('a session is nobody special and has no capabilities', async () => {
  expect(await inside('id -u; id -g; id -un; id -gn')).toBe('1000\n1000\nclaude\nclaude');
  expect(await inside('grep CapEff /proc/self/status')).toMatch(/0000000000000000$/);
});

confinedTest('a session sees its own processes and no others', async () => {
  const names = (await inside('cat /proc/[0-9]*/comm; true')).split('\n').sort();
  expect(names).toEqual(['bash', 'bwrap']);
});

confinedTest('a session can write to its home, its workspace and /tmp', async () => {
  expect(await inside('for d in "$HOME" "$PWD" /tmp; do echo x >$d/probe && cat $d/probe; done')).toBe('x\nx\nx');
});

confinedTest('a session can write nowhere else', async () => {
  const writable = `for f in /usr/probe /etc/probe /etc/passwd "$HOME"/../system/settings.json; do
    echo x 2>/dev/null >>"$f" && echo "$f"; done; true`;
  expect(await inside(writable)).toBe('');
});

// docs/POLICY.md says so; Claude Code's own sandbox needs the user namespaces by which it is done.
confinedTest(
  'managed settings can be hidden from another claude, and from no process that was there before',
  async () => {
    const hide = `unshare -Urm sh -c 'mount -t tmpfs none /etc/claude-code && ls /etc/claude-code | wc -l'`;
    expect(await inside(`${hide}; ls /etc/claude-code | wc -l`)).toMatch(/^0\n[1-9]/);
  },
);

confinedTest('a session sees neither other sessions nor the server’s files', async () => {
  const other = mkdtempSync(join(tmpdir(), 'other-session-'));
  writeFileSync(join(other, 'secret'), 'x');
  const hidden = [other, homedir(), __dirname, '/run', '/home', '/var', '/etc/shadow', '/etc/ssl/private'];
  expect(await inside(hidden.map((path) => `ls -d ${path} 2>/dev/null`).join('; ') + '; true')).toBe('');
});

confinedTest('of its own directory a session sees what is its own', async () => {
  const spec = confinedSpec('cd ..; echo *');
  expect(await inside('', spec)).toBe('events home system workspace');
});

confinedTest('a session has the environment it was given, and nobody can read it in the arguments', async () => {
  process.env['SERVER_SECRET'] = 'not yours';
  const spec = confinedSpec('env', { ANTHROPIC_AUTH_TOKEN: 'session-token' });
  const shown = await inside('', spec);
  delete process.env['SERVER_SECRET'];
  expect(shown).toContain('ANTHROPIC_AUTH_TOKEN=session-token');
  expect(shown).not.toContain('SERVER_SECRET');
  const command = { file: '/bin/sh', args: [], env: { TOKEN: 'session-token' }, cwd: '/' };
  const confined = confine(command, {
    readWrite: [],
    readOnly: [],
    temporary: '/tmp',
    passwd: '/p',
    group: '/g',
    managed: null,
  });
  expect(confined.args.join(' ')).not.toContain('session-token');
});

confinedTest('a session reaches the network, with names and certificates', async () => {
  expect(await inside('test -s /etc/resolv.conf && ls /etc/ssl/certs | head -1 && getent hosts localhost')).toMatch(
    /\S+\n(::1|127\.0\.0\.1)\s+localhost/,
  );
});

confinedTest('the terminal’s job control works', async () => {
  const program = RunningProgram.start(
    sessionSpec({ program: { path: '/bin/bash', args: ['--norc', '-i'], confinement: 'bubblewrap' } }),
  );
  await program.shows('$');
  expect(program.text).not.toContain('no job control');
  program.type(`sh -c 'echo run$((1 + 1)); exec sleep 1000'\r`);
  await program.shows('run2');
  program.type('\x1a');
  await program.shows('Stopped');
  program.type('bg; echo "<$(jobs -r | wc -l)>"\r');
  await program.shows('<1>');
  await program.end();
});

confinedTest('Ctrl-C reaches the program and not its shell', async () => {
  const program = RunningProgram.start(
    sessionSpec({ program: { path: '/bin/bash', args: ['--norc', '-i'], confinement: 'bubblewrap' } }),
  );
  await program.shows('$');
  program.type(`sh -c 'echo run$((1 + 1)); exec sleep 1000'\r`);
  await program.shows('run2');
  program.type('\x03');
  await program.shows('^C');
  program.type('echo $((40 + 2))\r');
  await program.shows('42');
  await program.end();
});

confinedTest('a confined program has its grace, and then nothing of it is left', async () => {
  const spec = confinedSpec(
    `trap 'echo bye >bye; exit' HUP; setsid sh -c 'trap "" HUP TERM; sleep 1000' & echo ready; while :; do sleep 0.01; done`,
  );
  const program = RunningProgram.start({ ...spec, persistent: true });
  await program.shows('ready');
  await program.end(5_000);
  expect(readFileSync(join(spec.directory, 'workspace/bye'), 'utf8')).toBe('bye\n');
});

confinedTest('the program’s status comes through', async () => {
  const program = RunningProgram.start(confinedSpec('exit 7'));
  expect(await program.exited).toBe(7);
  await program.end();
});
