import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Users } from '../auth/users';

const PROGRAM = join(__dirname, '../../dist/cli/main.js');

let directory: string;
beforeEach(() => (directory = mkdtempSync(join(tmpdir(), 'users-cli-'))));
afterEach(() => rmSync(directory, { recursive: true }));

async function users(...args: string[]): Promise<string> {
  const env = { PATH: process.env['PATH'], DATA_DIR: directory };
  return (await promisify(execFile)(process.execPath, [PROGRAM, 'users', ...args], { env })).stdout.trim();
}

test('somebody added on the command line can sign in, until disabled', async () => {
  const password = /password (\S+) /.exec(await users('add', 'alice', 'viewer'))![1]!;
  const store = Users.open(join(directory, 'users.json'));
  expect(await store.authenticate('alice', password)).toMatchObject({ role: 'viewer' });
  expect(await users('list')).toBe('alice\tviewer');
  await users('disable', 'alice');
  expect(await store.authenticate('alice', password)).toBeNull();
});

test('a reset password replaces the old one', async () => {
  const before = /password (\S+) /.exec(await users('add', 'alice'))![1]!;
  const after = /now (\S+) /.exec(await users('reset', 'alice'))![1]!;
  const store = Users.open(join(directory, 'users.json'));
  expect(await store.authenticate('alice', before)).toBeNull();
  expect(await store.authenticate('alice', after)).toMatchObject({ role: 'user' });
});

test('mistakes are said in words', async () => {
  await expect(users('disable', 'nobody')).rejects.toMatchObject({ code: 1, stderr: 'There is no user nobody.\n' });
  await expect(users('add', 'alice', 'root')).rejects.toMatchObject({ code: 1 });
  await users('add', 'alice');
  await expect(users('add', 'alice')).rejects.toMatchObject({ stderr: 'There is a user alice already.\n' });
});
