import { existsSync } from 'node:fs';
import { parsePolicy } from '../policy/parse';
import { Policy } from '../policy/policy';
import { ADMIN, ALICE, BOB, LocalSessions, WATCHER } from '../testing/local-sessions';
import { sessionInfo } from './sessions';

let local: LocalSessions;

afterEach(() => local.close());

/** How many promises came true, and the codes of the others. */
function outcomes(results: PromiseSettledResult<unknown>[]): { kept: number; codes: Set<unknown> } {
  const broken = results.filter((result) => result.status === 'rejected');
  return {
    kept: results.length - broken.length,
    codes: new Set(broken.map(({ reason }) => (reason as { code?: unknown }).code)),
  };
}

test('of 200 sessions wanted at once exactly as many start as there is room for', async () => {
  // A program that is not there: a claim is held against the limits whether or not it starts.
  local = new LocalSessions({ limits: { total: 50, perUser: 200 }, programPath: '/nonexistent' });
  const wanted = Array.from({ length: 200 }, (_, n) =>
    local.sessions.create({ id: `user-${n % 4}`, role: 'user' }, { workspace: `w${n}` }),
  );
  const { kept, codes } = outcomes(await Promise.allSettled(wanted));
  expect(kept).toBe(50);
  expect(codes).toEqual(new Set(['sessions-full']));
  const records = await Promise.all((await local.sessions.list(ADMIN, true)).map(({ id }) => local.ended(id)));
  expect(records).toHaveLength(50);
});

test('sessions wanted by one person at once stop at that person’s limit', async () => {
  local = new LocalSessions({ limits: { total: 50, perUser: 2 }, programPath: '/nonexistent' });
  const wanted = Array.from({ length: 10 }, (_, n) => local.sessions.create(ALICE, { workspace: `w${n}` }));
  const { kept, codes } = outcomes(await Promise.allSettled(wanted));
  expect(kept).toBe(2);
  expect(codes).toEqual(new Set(['sessions-full-user']));
});

test('a program that is not there ends the session with what to do about it', async () => {
  local = new LocalSessions({ programPath: '/nonexistent' });
  const { id } = await local.sessions.create(ALICE, {});
  const record = await local.sessions.settled(id, AbortSignal.timeout(20_000));
  expect(record).toMatchObject({ state: 'ended', end: { reason: 'cli-not-installed' } });
  expect(record.end?.detail).toContain('/nonexistent');
});

test('a session starts, is found detached, and leaves nothing when its owner ends it', async () => {
  local = new LocalSessions();
  const { id } = await local.started();
  expect(existsSync(`${local.workingDirectory}/${id}`)).toBe(true);
  expect((await local.sessions.newestDetached(ALICE))?.id).toBe(id);
  await local.sessions.end(ALICE, id);
  expect(await local.sessions.get(ALICE, id)).toMatchObject({
    state: 'ended',
    end: { reason: 'terminated' },
    endpoint: null,
  });
  expect(await local.sessions.newestDetached(ALICE)).toBeNull();
  expect(existsSync(`${local.workingDirectory}/${id}`)).toBe(false);
});

test('the gauge of live sessions goes up with a start and down once with an end', async () => {
  local = new LocalSessions();
  const { id } = await local.started();
  expect((await local.metrics.activeSessions.get()).values[0]?.value).toBe(1);
  await local.sessions.end(ALICE, id);
  expect((await local.metrics.activeSessions.get()).values[0]?.value).toBe(0);
});

test('names and workspaces are the lowest free ones of their owner', async () => {
  local = new LocalSessions();
  const first = await local.started();
  const second = await local.started();
  expect([first, second].map(({ name, workspace }) => [name, workspace])).toEqual([
    ['Session 1', 'main'],
    ['Session 2', 'main-2'],
  ]);
  await local.sessions.end(ALICE, first.id);
  expect(await local.started()).toMatchObject({ name: 'Session 1', workspace: 'main' });
  expect(await local.started(BOB)).toMatchObject({ name: 'Session 1', workspace: 'main' });
});

test('sessions wanted at the same moment without a workspace each get one of their own', async () => {
  local = new LocalSessions({ programPath: '/nonexistent' });
  const records = await Promise.all(Array.from({ length: 5 }, () => local.sessions.create(ALICE, {})));
  expect(new Set(records.map(({ workspace }) => workspace)).size).toBe(5);
});

describe('what people may do with sessions', () => {
  let id: string;

  beforeEach(async () => {
    local = new LocalSessions();
    ({ id } = await local.started());
  });

  test('somebody else’s session looks like none at all', async () => {
    const notFound = { code: 'session-not-found' };
    await expect(local.sessions.get(BOB, id)).rejects.toMatchObject(notFound);
    await expect(local.sessions.rename(BOB, id, 'mine')).rejects.toMatchObject(notFound);
    await expect(local.sessions.end(BOB, id)).rejects.toMatchObject(notFound);
    await expect(local.sessions.get(BOB, 'no-such-session')).rejects.toMatchObject(notFound);
    expect(await local.sessions.list(BOB, true)).toEqual([]);
  });

  test('an administrator sees everybody’s sessions when asked to, and may end them', async () => {
    expect(await local.sessions.list(ADMIN, false)).toEqual([]);
    expect((await local.sessions.list(ADMIN, true)).map((record) => record.id)).toEqual([id]);
    await local.sessions.end(ADMIN, id);
    expect((await local.sessions.get(ALICE, id)).state).toBe('ended');
  });

  test('a viewer starts no session', async () => {
    await expect(local.sessions.create(WATCHER, {})).rejects.toMatchObject({ code: 'forbidden' });
  });

  test('what is shown of a session holds no key and no place', async () => {
    const info = sessionInfo(await local.sessions.get(ALICE, id));
    expect(Object.keys(info)).not.toEqual(expect.arrayContaining(['attachKey']));
    expect(Object.keys(info)).not.toEqual(expect.arrayContaining(['endpoint']));
  });
});

test('a program that the policy allows is started in the place of the usual one, and no other', async () => {
  const text = 'version: 1\nroles: { user: { programs: { others: [{ path: /bin/sleep, arguments: ["*"] }] } } }\n';
  local = new LocalSessions({ policy: Policy.of(parsePolicy('policy', text), 'x'), command: 'exit 3' });
  const { id } = await local.started(ALICE, { program: '/bin/sleep', arguments: ['0.01'] });
  expect((await local.ended(id)).end).toMatchObject({ reason: 'exited', exitCode: 0 });
  const refusals = [
    { program: '/bin/sh' },
    { program: '/bin/sleep', arguments: ['1', '-x'] },
    { arguments: ['--debug'] },
  ];
  for (const wish of refusals)
    await expect(local.sessions.create(ALICE, wish)).rejects.toMatchObject({ code: 'policy-refused' });
});
