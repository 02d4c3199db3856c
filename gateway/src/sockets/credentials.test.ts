import type { UserRole } from '../auth/roles';
import type { SessionRecord } from '../sessions/directory';
import { EVERYBODY } from '../testing/authority';
import { ALICE } from '../testing/local-sessions';
import { BOSS, PERSON, RunningGateway, STRANGER } from '../testing/running-gateway';

let gateway: RunningGateway;

afterEach(() => gateway.close());

test('signing out closes the sockets of that sign-in within a second, and no others', async () => {
  gateway = await RunningGateway.start();
  const signIn = gateway.tokens.startSignIn();
  const { token, claims } = gateway.tokens.issueAccess(PERSON, signIn);
  const [one, two] = [
    gateway.plain({ token }),
    gateway.plain({ token: gateway.tokens.issueAccess(PERSON, signIn).token, mode: 'watch' }),
  ];
  const other = gateway.plain({ token: gateway.tokenOf(STRANGER) });
  await Promise.all([one.opened(), other.opened(), two.connected()]);
  const since = performance.now();
  gateway.tokens.revoke(claims);
  expect((await one.status('closed')).reason).toBe('signed-out');
  expect((await two.status('closed')).reason).toBe('signed-out');
  await Promise.all([one.disconnected(), two.disconnected()]);
  expect(performance.now() - since).toBeLessThan(1000);
  expect(other.socket.connected).toBe(true);
});

test('a revoked token opens no further socket', async () => {
  gateway = await RunningGateway.start();
  const { token, claims } = gateway.tokens.issueAccess(PERSON, gateway.tokens.startSignIn());
  gateway.tokens.revoke(claims);
  expect(await gateway.plain({ token }).refused()).toBe('signed-out');
});

test('a socket closes when its token expires, and its session lives on', async () => {
  gateway = await RunningGateway.start({ accessSeconds: 2 });
  const client = gateway.plain();
  const id = await client.opened();
  expect(await client.status('closed')).toEqual({ state: 'closed', reason: 'token-expired' });
  await client.disconnected();
  expect((await gateway.local.directory.get(id))?.state).toBe('ready');
});

test('a fresh token of the same person keeps the socket open past the old one’s end', async () => {
  gateway = await RunningGateway.start({ accessSeconds: 2 });
  const signIn = gateway.tokens.startSignIn();
  const [kept, left] = [0, 1].map(() =>
    gateway.plain({ token: gateway.tokens.issueAccess(PERSON, signIn).token, mode: 'watch' }),
  );
  await kept!.connected();
  setTimeout(
    () => kept!.socket.emit('authenticate', { token: gateway.tokens.issueAccess(PERSON, signIn).token }),
    1000,
  );
  await left!.status('closed', 'token-expired');
  expect(kept!.socket.connected).toBe(true);
});

test('a user who is disabled is signed out of every socket within five seconds, and of no other', async () => {
  const disabled = new Set<string>();
  gateway = await RunningGateway.start({ standing: { ...EVERYBODY, isLetIn: ({ sub }) => !disabled.has(sub) } });
  const [client, other] = [gateway.plain(), gateway.plain({ token: gateway.tokenOf(STRANGER) })];
  await Promise.all([client.opened(), other.opened()]);
  disabled.add(PERSON.id);
  const since = performance.now();
  expect((await client.status('closed')).reason).toBe('signed-out');
  expect(performance.now() - since).toBeLessThan(5000);
  await client.disconnected();
  expect(other.socket.connected).toBe(true);
  expect(await gateway.plain().refused()).toBe('signed-out');
});

/** Somebody else's session, driven by one who was an administrator when they came and is a viewer now. */
async function drivenByFormerAdministrator() {
  let role: UserRole = 'admin';
  gateway = await RunningGateway.start({ standing: { ...EVERYBODY, roleOf: () => role } });
  const { id } = await gateway.local.started();
  const driver = gateway.plain({ token: gateway.tokenOf(BOSS), sessionId: id });
  await driver.opened();
  role = 'viewer';
  return { id, driver };
}

test('a socket that was opened in a role that its person has no more is closed, and comes back with a fresh token in the other', async () => {
  const { id, driver } = await drivenByFormerAdministrator();
  const since = performance.now();
  expect((await driver.status('closed')).reason).toBe('token-expired');
  expect(performance.now() - since).toBeLessThan(5000);
  expect(await gateway.plain({ token: gateway.tokenOf(BOSS), sessionId: id }).refused()).toBe('token-expired');
  const viewer = gateway.plain({ token: gateway.tokenOf({ ...BOSS, role: 'viewer' }), sessionId: id });
  expect((await viewer.status('closed')).reason).toBe('session-not-found');
});

test('a fresh token in another role does not go on with what the old one began', async () => {
  const { driver } = await drivenByFormerAdministrator();
  driver.socket.emit('authenticate', { token: gateway.tokenOf({ ...BOSS, role: 'viewer' }) });
  driver.type('still here\r');
  expect((await driver.status('closed')).reason).toBe('token-expired');
  await driver.disconnected();
  expect(driver.output).not.toContain('still here');
});

test.each([
  ['somebody else’s token', () => ({ token: gateway.tokenOf(STRANGER) })],
  ['nonsense', () => ({ token: 'nonsense' })],
  ['no token', () => ({})],
])('a socket is not kept open by %s', async (_what, message) => {
  gateway = await RunningGateway.start();
  const client = gateway.plain();
  await client.opened();
  client.socket.emit('authenticate', message());
  expect(await client.status('error')).toEqual({ state: 'error', reason: 'unauthorized' });
});

describe('a share link', () => {
  let secret: string;
  let linkId: string;
  let session: SessionRecord;
  let id: string;

  beforeEach(async () => {
    gateway = await RunningGateway.start();
    session = await gateway.local.started();
    ({ id } = session);
    const made = await gateway.links.make(ALICE, session, 3600);
    secret = made.secret;
    linkId = made.link.id;
  });

  test('shows its session and takes no key and no size', async () => {
    const [driver, guest] = [
      gateway.plain({ token: gateway.tokenOf(), sessionId: id }),
      gateway.plain({ share: secret }),
    ];
    await driver.opened();
    expect(await guest.opened()).toBe(id);
    driver.type('look\r');
    await guest.shows('look');
    guest.type('hands off\r');
    expect(await guest.status('error')).toEqual({ state: 'error', reason: 'not-driver' });
    guest.socket.emit('take-over');
    guest.type('hands off\r');
    driver.type('after\r');
    await driver.shows('after');
    expect(driver.output).not.toContain('hands off');
  });

  test('opens no other session than its own', async () => {
    const other = await gateway.local.started();
    expect(await gateway.plain({ share: secret, sessionId: other.id }).opened()).toBe(id);
  });

  test('follows no list of sessions', async () => {
    const guest = gateway.plain({ share: secret, mode: 'watch' });
    expect(await guest.status('closed')).toEqual({ state: 'closed', reason: 'forbidden' });
  });

  test('closes whoever came by it when its owner takes it back', async () => {
    const guest = gateway.plain({ share: secret });
    await guest.opened();
    await gateway.links.takeBack(session, linkId);
    expect(await guest.status('closed')).toEqual({ state: 'closed', reason: 'share-ended' });
    await guest.disconnected();
  });

  test('closes nobody who came by another when it is taken back', async () => {
    const other = await gateway.links.make(ALICE, session, 3600);
    const [guest, stays] = [gateway.plain({ share: secret }), gateway.plain({ share: other.secret })];
    await Promise.all([guest.opened(), stays.opened()]);
    await gateway.links.takeBack(session, linkId);
    await guest.disconnected();
    const driver = gateway.plain({ token: gateway.tokenOf(), sessionId: id });
    await driver.opened();
    driver.type('still shown\r');
    expect(await stays.shows('still shown')).toBe(true);
  });

  test('closes whoever came by it when it expires', async () => {
    const short = await gateway.links.make(ALICE, session, 1);
    const guest = gateway.plain({ share: short.secret });
    await guest.opened();
    expect(await guest.status('closed')).toEqual({ state: 'closed', reason: 'share-ended' });
  });
});

test('a list is followed: one’s own sessions as they change, nobody else’s', async () => {
  gateway = await RunningGateway.start();
  const seen: { id: string; name: string }[] = [];
  const watch = gateway.plain({ token: gateway.tokenOf(), mode: 'watch' });
  watch.socket.on('session', (session: { id: string; name: string }) => seen.push(session));
  await watch.connected();
  await gateway.local.started({ id: STRANGER.id, role: 'user' });
  const { id } = await gateway.local.started();
  const renamed = new Promise<void>((resolve) =>
    watch.socket.on('session', ({ name }: { name: string }) => name === 'renamed' && resolve()),
  );
  await gateway.local.sessions.rename(ALICE, id, 'renamed');
  await renamed;
  expect(new Set(seen.map((session) => session.id))).toEqual(new Set([id]));
  expect(JSON.stringify(seen)).not.toMatch(/attachKey|endpoint|secretHash/);
});
