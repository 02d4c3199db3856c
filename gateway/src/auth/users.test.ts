import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as argon2 from 'argon2';
import { ensureAdministrator } from './first-administrator';
import { Keyset } from './keyset';
import { Users } from './users';

jest.mock('argon2', () => {
  const real = jest.requireActual<typeof argon2>('argon2');
  return { ...real, verify: jest.fn(real.verify) };
});

let directory: string;
let file: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'users-'));
  file = join(directory, 'data', 'users.json');
});
afterEach(() => rmSync(directory, { recursive: true }));

test('users are there after a restart, readable by nobody else, with argon2id hashes', async () => {
  const alice = await Users.open(file).add('alice', 'user', 'correct horse battery');
  expect(await Users.open(file).authenticate('alice', 'correct horse battery')).toEqual(alice);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(statSync(join(file, '..')).mode & 0o777).toBe(0o700);
  expect(readFileSync(file, 'utf8')).toContain('"$argon2id$v=19$m=19456,p=1,t=2$');
});

test('an unknown name costs the same hash as a known one', async () => {
  const users = Users.open(file);
  await users.add('alice', 'user', 'correct horse battery');
  const verify = jest.mocked(argon2.verify);
  verify.mockClear();
  expect(await users.authenticate('nobody', 'guess')).toBeNull();
  expect(await users.authenticate('alice', 'guess')).toBeNull();
  const parameters = verify.mock.calls.map(([hash]) => hash.split('$').slice(1, 4));
  expect(parameters).toHaveLength(2);
  expect(parameters[0]).toEqual(parameters[1]);
});

test('a disabled user is refused, with the right password too', async () => {
  const users = Users.open(file);
  const { id } = await users.add('alice', 'user', 'correct horse battery');
  await users.setDisabled(id, true);
  expect(await users.authenticate('alice', 'correct horse battery')).toBeNull();
  expect(users.get(id)).toBeNull();
});

test('a user added by another process can sign in at once', async () => {
  const users = Users.open(file);
  await users.add('alice', 'user', 'correct horse battery');
  await Users.open(file).add('bob', 'user', 'correct horse battery');
  expect(await users.authenticate('bob', 'correct horse battery')).toMatchObject({ username: 'bob' });
  await users.add('carol', 'user', 'correct horse battery');
  expect(users.list().map(({ username }) => username)).toEqual(['alice', 'bob', 'carol']);
});

test('changes at the same time are all kept', async () => {
  const users = Users.open(file);
  await Promise.all(['a', 'b', 'c'].map((name) => users.add(name, 'user', 'correct horse battery')));
  const reopened = Users.open(file);
  for (const name of ['a', 'b', 'c']) expect(await reopened.authenticate(name, 'correct horse battery')).not.toBeNull();
});

test('passwords waiting to be checked are bounded', async () => {
  const users = Users.open(file);
  const outcomes = await Promise.allSettled(Array.from({ length: 70 }, () => users.authenticate('nobody', 'guess')));
  expect(outcomes.filter(({ status }) => status === 'rejected')).toHaveLength(6);
});

test('a file of another kind is not overwritten, and the start says what to do', () => {
  rmSync(directory, { recursive: true });
  directory = mkdtempSync(join(tmpdir(), 'users-'));
  file = join(directory, 'users.json');
  writeFileSync(file, '{"people": []}');
  expect(() => Users.open(file)).toThrow('is not a user file');
});

test('the first administrator gets a made-up password, told once', async () => {
  const users = Users.open(file);
  const { madeUp, warnings } = await ensureAdministrator(users, null);
  expect(madeUp?.username).toBe('admin');
  expect(await users.authenticate('admin', madeUp?.password ?? '')).toMatchObject({ role: 'admin' });
  expect(warnings).toEqual([]);
  expect(await ensureAdministrator(Users.open(file), null)).toEqual({ madeUp: null, warnings: [] });
});

test('a configured password is used and not told', async () => {
  const users = Users.open(file);
  expect(await ensureAdministrator(users, 'from the environment')).toEqual({ madeUp: null, warnings: [] });
  expect(await users.authenticate('admin', 'from the environment')).toMatchObject({ username: 'admin' });
});

test('a configured password that comes too late is not used, and the person is told', async () => {
  const users = Users.open(file);
  await ensureAdministrator(users, 'from the environment');
  const { madeUp, warnings } = await ensureAdministrator(Users.open(file), 'another, from the environment');
  expect(madeUp).toBeNull();
  expect(warnings).toEqual([expect.stringContaining('CLAUDE_WEBUI_ADMIN_PASSWORD has no effect')]);
  expect(await users.authenticate('admin', 'another, from the environment')).toBeNull();
});

test('generated keys are kept for the next start, readable by nobody else', async () => {
  const first = await Keyset.inDirectory(directory);
  const second = await Keyset.inDirectory(directory);
  expect(second.signing()).toEqual(first.signing());
  expect(statSync(join(directory, 'jwt-keys.json')).mode & 0o777).toBe(0o600);
});

test('a broken key file stops the start instead of signing everybody out', async () => {
  writeFileSync(join(directory, 'jwt-keys.json'), '{"active": "k2", "keys": {}}');
  await expect(Keyset.inDirectory(directory)).rejects.toThrow('does not hold keys');
});

test.each<[string, (file: string) => void]>([
  ['half written', (file) => writeFileSync(file, readFileSync(file, 'utf8').slice(0, 40))],
  ['of another kind', (file) => writeFileSync(file, '{"users": [{}]}')],
  ['gone', (file) => rmSync(file)],
  [
    'behind something that is no folder',
    (file) => {
      rmSync(join(file, '..'), { recursive: true });
      writeFileSync(join(file, '..'), '');
    },
  ],
])(
  'while the file is %s its last good users go on, it is told once, and nothing is written over it',
  async (_what, spoil) => {
    const told: string[] = [];
    const users = Users.open(file, ({ message }) => told.push(message));
    const { id } = await users.add('alice', 'user', 'a long password');
    users.list();
    const good = readFileSync(file, 'utf8');
    spoil(file);
    for (let n = 0; n < 3; n += 1) expect(users.get(id)?.username).toBe('alice');
    expect(told).toHaveLength(1);
    await expect(users.setDisabled(id, true)).rejects.toThrow(/users\.json/);
    if (!statSync(join(file, '..')).isDirectory()) {
      rmSync(join(file, '..'));
      mkdirSync(join(file, '..'));
    }
    writeFileSync(file, good);
    await users.setDisabled(id, true);
    expect(users.get(id)).toBeNull();
  },
);
