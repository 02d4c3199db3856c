import { UserFile } from '../auth/user-file';
import type { User } from '../auth/users';
import { Users } from '../auth/users';
import { FileProvider } from '../secrets/file-provider';
import { SecretUsers } from '../secrets/secret-users';
import { PASSWORD, runApp } from './testing/running-app';
import type { CallOptions, RunningApp } from './testing/running-app';

let app: RunningApp;
let root: User;
let alice: User;
beforeEach(async () => {
  app = await runApp();
  root = await app.users.add('root', 'admin', PASSWORD);
  alice = await app.users.add('alice', 'user', PASSWORD);
});
afterEach(() => app.close());

interface Answer {
  status: number;
  code?: string;
  detail?: string;
  password?: string;
  disabled?: boolean;
  user?: User;
  users?: User[];
}

async function call(method: string, path: string, options: CallOptions = { as: root }, on = app): Promise<Answer> {
  const response = await on.call(method, `/api/v1/admin${path}`, options);
  const text = await response.text();
  return { ...(text === '' ? {} : (JSON.parse(text) as object)), status: response.status };
}
const setDisabled = (user: User, disabled: boolean, as = root) =>
  call('PATCH', `/users/${user.id}`, { as, body: { disabled } });
const canSignIn = async (username: string, password: string) =>
  (await app.call('POST', '/auth/login', { body: { username, password } })).status === 200;

test('everything is refused to those who are no administrators', async () => {
  const watcher = await app.users.add('watcher', 'viewer', PASSWORD);
  const requests: [string, string, unknown][] = [
    ['GET', '/users', undefined],
    ['POST', '/users', { username: 'eve', role: 'admin' }],
    ['PATCH', `/users/${root.id}`, { disabled: true }],
    ['POST', `/users/${root.id}/password`, undefined],
    ['POST', '/notices', { text: 'hello' }],
  ];
  for (const [method, path, body] of requests) {
    for (const as of [alice, watcher])
      expect(await call(method, path, { as, body })).toMatchObject({ status: 403, code: 'administrators-only' });
    expect((await call(method, path, { body })).status).toBe(401);
  }
  expect(app.users.list()).toHaveLength(3);
  expect(app.notices).toEqual([]);
});

test('a user who was added signs in with the password that is shown once', async () => {
  const { status, user, password } = await call('POST', '/users', {
    as: root,
    body: { username: 'bob', role: 'viewer' },
  });
  expect(status).toBe(201);
  expect(user).toMatchObject({ username: 'bob', role: 'viewer', disabled: false });
  expect(await canSignIn('bob', password!)).toBe(true);
  const { users } = await call('GET', '/users');
  expect(users!.map(({ username }) => username)).toEqual(['root', 'alice', 'bob']);
  expect(JSON.stringify(users)).not.toMatch(/argon2|password/i);
});

test('of two who add the same name at once, one is told that it is taken', async () => {
  const add = () => call('POST', '/users', { as: root, body: { username: 'bob', role: 'user' } });
  const answers = await Promise.all([add(), add()]);
  expect(answers.map(({ status }) => status).sort()).toEqual([201, 409]);
  expect(answers.find(({ status }) => status === 409)!.code).toBe('username-taken');
});

test.each(['', 'two words', 'x'.repeat(65), 'a\nb', '<b>'])('"%s" is no user name', async (username) => {
  expect((await call('POST', '/users', { as: root, body: { username, role: 'user' } })).status).toBe(400);
});

test('a disabled user cannot sign in until enabled again', async () => {
  expect(await setDisabled(alice, true)).toMatchObject({ status: 200, disabled: true });
  expect(await canSignIn('alice', PASSWORD)).toBe(false);
  expect(await setDisabled(alice, false)).toMatchObject({ status: 200, disabled: false });
  expect(await canSignIn('alice', PASSWORD)).toBe(true);
});

test('a new password replaces the old one', async () => {
  const { password } = await call('POST', `/users/${alice.id}/password`);
  expect(await canSignIn('alice', password!)).toBe(true);
  expect(await canSignIn('alice', PASSWORD)).toBe(false);
});

test('an administrator cannot disable themself', async () => {
  await app.users.add('second', 'admin', PASSWORD);
  expect(await setDisabled(root, true)).toMatchObject({ status: 409, code: 'own-account' });
});

test('two administrators who disable each other at once leave one', async () => {
  const second = await app.users.add('second', 'admin', PASSWORD);
  const third = await app.users.add('third', 'admin', PASSWORD);
  await setDisabled(third, true);
  const answers = await Promise.all([setDisabled(second, true, root), setDisabled(root, true, second)]);
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  expect(app.users.list().filter(({ role, disabled }) => role === 'admin' && !disabled)).toHaveLength(1);
});

test('nobody is found by an id that is nobody’s', async () => {
  expect(await setDisabled({ ...alice, id: 'nobody' }, true)).toMatchObject({ status: 404, code: 'user-not-found' });
  expect((await call('POST', '/users/nobody/password')).status).toBe(404);
});

test('users that are kept elsewhere are shown, and not changed', async () => {
  const provider = new FileProvider('/mnt/secrets');
  const kept = new UserFile(app.usersFile).all();
  const elsewhere = await runApp({ users: new Users(new SecretUsers(() => kept, provider)) });
  const where =
    'The file /mnt/secrets/users holds the users. Write the file /mnt/secrets/users, or change the Secret that is mounted there.';
  const list = await call('GET', '/users', { as: root }, elsewhere);
  expect(list).toMatchObject({ status: 200, keptElsewhere: where });
  expect(list.users).toHaveLength(2);
  const refused = { status: 409, code: 'users-kept-elsewhere', detail: where };
  for (const [method, path, body] of [
    ['POST', '/users', { username: 'bob', role: 'user' }],
    ['PATCH', `/users/${alice.id}`, { disabled: true }],
    ['POST', `/users/${alice.id}/password`, undefined],
  ] as const)
    expect(await call(method, path, { as: root, body }, elsewhere)).toMatchObject(refused);
  const body = { current: PASSWORD, new: 'another horse battery' };
  const own = await elsewhere.call('POST', '/auth/password', { as: alice, body });
  expect(await own.json()).toMatchObject(refused);
  const signIn = await elsewhere.call('POST', '/auth/login', { body: { username: 'alice', password: PASSWORD } });
  expect(signIn.status).toBe(200);
  await elsewhere.close();
});

test('a notice goes out as it was written, with the name of who wrote it', async () => {
  expect((await call('POST', '/notices', { as: root, body: { text: ' Back at <5>! ' } })).status).toBe(204);
  expect(app.notices).toMatchObject([{ text: 'Back at <5>!', from: 'root' }]);
});

test.each([
  ['nothing', ' '],
  ['too much', 'x'.repeat(501)],
  ['control characters', 'a\u001b[2J'],
])('a notice of %s is refused', async (_name, text) => {
  expect((await call('POST', '/notices', { as: root, body: { text } })).status).toBe(400);
  expect(app.notices).toEqual([]);
});

test('made-up passwords do not reach the log', async () => {
  const { password } = await call('POST', `/users/${alice.id}/password`);
  expect(app.logged.join('')).toContain('/api/v1/admin/users/:id/password');
  expect(app.logged.join('')).not.toContain(password);
});
