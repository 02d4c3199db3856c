import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { sessionProcesses } from '../processes/session-processes';
import { namespaceTest } from '../testing/own-namespace';
import type { SpecChanges } from '../testing/running-session';
import { RunningSession } from '../testing/running-session';

let base: string;
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'failed-start-'));
});
afterEach(() => rmSync(base, { recursive: true, force: true }));

/** Starts a session that cannot start, waits until its runner has left, and looks for what is there after it. */
async function leftAfter(changes: SpecChanges, launcher?: string[]): Promise<{ reason: string; left: unknown[] }> {
  const session = await RunningSession.start(changes, launcher);
  const { reason } = await session.ended;
  await session.left;
  const paths = [session.spec.directory, session.socketPath].filter((path) => existsSync(path));
  rmSync(dirname(session.socketPath), { recursive: true, force: true });
  return { reason, left: [...paths, ...sessionProcesses(-1, session.spec.sessionId)] };
}

const NOTHING_LEFT = { reason: 'start-failed', left: [] };

test('a directory that cannot be made', async () => {
  writeFileSync(join(base, 'file'), '');
  expect(await leftAfter({ directory: join(base, 'file', 'session') })).toEqual(NOTHING_LEFT);
});

test('no Claude Code', async () => {
  const program = { kind: 'claude' as const, path: join(base, 'claude') };
  expect(await leftAfter({ program })).toEqual({ reason: 'cli-not-installed', left: [] });
});

test('a Claude Code that lies where its session could change it', async () => {
  const directory = join(base, 'session');
  mkdirSync(directory);
  writeFileSync(join(directory, 'claude'), '#!/bin/sh\n', { mode: 0o755 });
  const changes = { directory, program: { kind: 'claude' as const, path: join(directory, 'claude') } };
  expect(await leftAfter(changes)).toEqual({ reason: 'policy-not-enforced', left: [] });
});

test('a folder that is a link', async () => {
  const directory = join(base, 'session');
  mkdirSync(directory);
  symlinkSync(base, join(directory, 'workspace'));
  expect(await leftAfter({ directory })).toEqual({ reason: 'policy-not-enforced', left: [] });
});

test.each(['none', 'bubblewrap'] as const)(
  'settings that cannot be written, with confinement %s',
  async (confinement) => {
    const directory = join(base, 'session');
    mkdirSync(join(directory, 'system', 'settings.json'), { recursive: true });
    const program = { kind: 'claude' as const, path: '/bin/true', confinement };
    expect(await leftAfter({ directory, program })).toEqual(NOTHING_LEFT);
  },
);

test('user files of the sandbox that cannot be written, when hooks are watched already', async () => {
  const directory = join(base, 'session');
  mkdirSync(join(directory, 'system', 'passwd'), { recursive: true });
  const program = { kind: 'claude' as const, path: '/bin/true', confinement: 'bubblewrap' as const };
  expect(await leftAfter({ directory, program })).toEqual(NOTHING_LEFT);
});

test('a socket that cannot be listened on, when the program runs already', async () => {
  const socketPath = join(base, 'missing', 'runner.sock');
  expect(await leftAfter({ listen: { socketPath }, program: { args: ['-c', 'sleep 1000 & cat'] } })).toEqual(
    NOTHING_LEFT,
  );
});

test('rules that cannot be tried, while the program starts', async () => {
  const program = { kind: 'claude' as const, path: '/bin/sleep', args: ['1000'] };
  const { left } = await leftAfter({ program });
  expect(left).toEqual([]);
});

namespaceTest('a machine that has no terminal left', async () => {
  const withoutTerminals = ['unshare', '--user', '--map-root-user', '--mount', '/bin/sh', '-c'];
  const launcher = [...withoutTerminals, 'mount -t tmpfs none /dev/pts && exec "$@"', 'sh'];
  expect(await leftAfter({ program: { kind: 'claude', path: '/bin/true' } }, launcher)).toEqual(NOTHING_LEFT);
});

test('a start that is none', async () => {
  const changes = { sessionId: 'none' };
  expect(await leftAfter(changes)).toEqual(NOTHING_LEFT);
});
