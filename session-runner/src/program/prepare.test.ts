import { existsSync, mkdirSync, mkdtempSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SessionSpec } from '@claude-webui/protocol';
import { sessionSpec } from '../testing/running-session';
import type { Prepared } from './prepare';
import { prepareProgram } from './prepare';

function prepare(spec: SessionSpec): Prepared {
  const prepared = prepareProgram(spec);
  if ('problem' in prepared) throw new Error(prepared.problem.reason);
  return prepared;
}

test('a session’s directories are its owner’s alone', async () => {
  const spec = sessionSpec();
  const { close } = prepare(spec);
  for (const folder of ['.', 'home', 'workspace']) {
    expect(statSync(join(spec.directory, folder)).mode & 0o777).toBe(0o700);
  }
  await close();
});

test('the directory goes with the session', async () => {
  const spec = sessionSpec();
  const { close } = prepare(spec);
  await close();
  await close();
  expect(existsSync(spec.directory)).toBe(false);
});

test('a persistent directory stays, and what is in it', async () => {
  const spec = sessionSpec({ persistent: true });
  await prepare(spec).close();
  writeFileSync(join(spec.directory, 'workspace/kept'), 'x');
  await prepare(spec).close();
  expect(readFileSync(join(spec.directory, 'workspace/kept'), 'utf8')).toBe('x');
});

test('nothing of the runner’s own environment gets to the program', async () => {
  process.env['SERVER_SECRET'] = 'not yours';
  const { command, close } = prepare(sessionSpec({ program: { env: { ANTHROPIC_BASE_URL: 'http://localhost:1' } } }));
  delete process.env['SERVER_SECRET'];
  expect(Object.keys(command.env).sort()).toEqual(
    'ANTHROPIC_BASE_URL CLAUDE_WEBUI_SESSION COLORTERM HOME LANG LOGNAME PATH SHELL TERM TMPDIR USER'.split(' '),
  );
  await close();
});

test.each(['plain', 'claude'] as const)('a %s program that is not there is a problem that names it', (kind) => {
  expect(prepareProgram(sessionSpec({ program: { path: '/nowhere/claude', kind } }))).toMatchObject({
    problem: { reason: 'cli-not-installed', detail: expect.stringContaining('/nowhere/claude') as string },
  });
});

test('a file that may not be executed is a problem, and leaves no directory', () => {
  const path = join(mkdtempSync(join(tmpdir(), 'program-')), 'claude');
  writeFileSync(path, '', { mode: 0o644 });
  const spec = sessionSpec({ program: { path } });
  expect(prepareProgram(spec)).toMatchObject({ problem: { reason: 'cli-not-installed' } });
  expect(existsSync(spec.directory)).toBe(false);
});

test('a home from before keeps what Claude Code remembers, and gets trust for the workspace', async () => {
  const spec = sessionSpec({ persistent: true, program: { kind: 'claude', path: '/bin/true' } });
  mkdirSync(join(spec.directory, 'home'), { recursive: true });
  const state = join(spec.directory, 'home/.claude.json');
  writeFileSync(state, JSON.stringify({ theme: 'dark', projects: { '/elsewhere': {} } }));
  const { command, close } = prepare(spec);
  expect(JSON.parse(readFileSync(state, 'utf8'))).toEqual({
    theme: 'dark',
    hasCompletedOnboarding: true,
    projects: { '/elsewhere': {}, [command.cwd]: { hasTrustDialogAccepted: true } },
  });
  await close();
});

test('a link that a session left in its home is replaced, not followed', async () => {
  const spec = sessionSpec({ persistent: true, program: { kind: 'claude', path: '/bin/true' } });
  const secret = join(mkdtempSync(join(tmpdir(), 'server-')), 'secret.json');
  writeFileSync(secret, JSON.stringify({ secret: true }));
  mkdirSync(join(spec.directory, 'home'), { recursive: true });
  const state = join(spec.directory, 'home/.claude.json');
  symlinkSync(secret, state);
  await prepare(spec).close();
  expect(JSON.parse(readFileSync(secret, 'utf8'))).toEqual({ secret: true });
  expect(readFileSync(state, 'utf8')).not.toContain('secret');
});

test('a directory behind a link is trusted where it really is', async () => {
  const real = mkdtempSync(join(tmpdir(), 'real-'));
  const link = `${real}-link`;
  symlinkSync(real, link);
  const { command, close } = prepare(sessionSpec({ directory: join(link, 'session') }));
  expect(command.cwd).toBe(join(real, 'session/workspace'));
  await close();
});

test('a folder of the session that was made a link is a problem, not followed', () => {
  const spec = sessionSpec({ persistent: true });
  mkdirSync(spec.directory, { recursive: true });
  const elsewhere = mkdtempSync(join(tmpdir(), 'elsewhere-'));
  symlinkSync(elsewhere, join(spec.directory, 'workspace'));
  expect(prepareProgram(spec)).toMatchObject({
    problem: { reason: 'policy-not-enforced', detail: expect.stringContaining('workspace is a link') as string },
  });
});

test('a program in the session’s own directory, even behind a link, is not started', () => {
  const spec = sessionSpec({ persistent: true });
  mkdirSync(join(spec.directory, 'home'), { recursive: true });
  const own = join(spec.directory, 'home/tool');
  writeFileSync(own, '#!/bin/sh\n', { mode: 0o755 });
  const path = join(mkdtempSync(join(tmpdir(), 'bin-')), 'tool');
  symlinkSync(own, path);
  const program = { ...spec.program, path };
  expect(prepareProgram({ ...spec, program })).toMatchObject({ problem: { reason: 'policy-not-enforced' } });
});
