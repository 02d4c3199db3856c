import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { Users } from '../auth/users';
import { usersShape } from '../secrets/shapes';
import { runUsers } from './users';

const PROGRAM = join(__dirname, '../../dist/cli/main.js');

let directory: string;
beforeEach(() => (directory = mkdtempSync(join(tmpdir(), 'users-cli-'))));
afterEach(() => rmSync(directory, { recursive: true }));

async function users(...args: string[]): Promise<string> {
  const env = { PATH: process.env['PATH'], DATA_DIR: directory };
  return (await promisify(execFile)(process.execPath, [PROGRAM, 'users', ...args], { env })).stdout.trim();
}

test('somebody added on the command line can sign in, until disabled', async () => {
  const password = /password: (\S+) /.exec(await users('add', 'alice', 'viewer'))![1]!;
  const store = Users.open(join(directory, 'users.json'));
  expect(await store.authenticate('alice', password)).toMatchObject({ role: 'viewer' });
  expect(await users('list')).toBe('alice\tviewer');
  await users('disable', 'alice');
  expect(await store.authenticate('alice', password)).toBeNull();
});

test('a reset password replaces the old one', async () => {
  const before = /password: (\S+) /.exec(await users('add', 'alice'))![1]!;
  const after = /password: (\S+) /.exec(await users('passwd', 'alice'))![1]!;
  const store = Users.open(join(directory, 'users.json'));
  expect(await store.authenticate('alice', before)).toBeNull();
  expect(await store.authenticate('alice', after)).toMatchObject({ role: 'user' });
});

test('a file of one’s own is worked on, with a password from the standard input, for a secret to be made of', async () => {
  const file = join(directory, 'for-the-secret.json');
  const said: string[] = [];
  const io = {
    stdin: Readable.from(['correct horse battery\n']),
    out: (text: string) => said.push(text),
    err: console.error,
  };
  expect(await runUsers(['--file', file, '--password-stdin', 'add', 'alice', 'admin'], io)).toBe(0);
  expect(said).toEqual(['alice signs in with a password.']);
  const [user] = usersShape(readFileSync(file, 'utf8'));
  expect(user).toMatchObject({ username: 'alice', role: 'admin' });
  expect(await Users.open(file).authenticate('alice', 'correct horse battery')).toMatchObject({ username: 'alice' });
  const short = { ...io, stdin: Readable.from(['short\n']), err: (text: string) => said.push(text) };
  expect(await runUsers(['--file', file, '--password-stdin', 'passwd', 'alice'], short)).toBe(1);
  expect(said.pop()).toBe('A password has 12 to 256 characters.');
});

test('users in a secret are not changed here: it says where', async () => {
  const env = { PATH: process.env['PATH'], SECRETS_PROVIDER: 'aws', AWS_REGION: 'eu-central-1', USER_STORE: 'secret' };
  const refused = promisify(execFile)(process.execPath, [PROGRAM, 'users', 'disable', 'alice'], { env });
  const { stderr } = (await refused.catch((error: unknown) => error)) as { stderr: string };
  expect(stderr).toContain(
    'The secret claude-webui/users of AWS Secrets Manager in eu-central-1 holds the users. Use "aws ',
  );
  expect(stderr).toContain('"claude-webui users --file FILE"');
});

test('mistakes are said in words', async () => {
  await expect(users('disable', 'nobody')).rejects.toMatchObject({ code: 1, stderr: 'There is no user nobody.\n' });
  await expect(users('add', 'alice', 'root')).rejects.toMatchObject({ code: 1 });
  await users('add', 'alice');
  await expect(users('add', 'alice')).rejects.toMatchObject({ stderr: 'There is a user alice already.\n' });
});
