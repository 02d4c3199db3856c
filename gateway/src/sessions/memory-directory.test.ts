import type { SessionRecord } from './directory';
import { MemoryDirectory } from './memory-directory';

const LIMITS = { total: 3, perUser: 2 };
const ENDED = { state: 'ended', end: { reason: 'exited', exitCode: 0 } } as const;

function record(id: string, owner = 'alice', workspace = id): SessionRecord {
  const now = new Date(0).toISOString();
  return {
    id,
    name: id,
    owner,
    workspace,
    state: 'starting',
    activity: 'starting',
    attachments: 0,
    createdAt: now,
    lastActivityAt: now,
    endpoint: null,
    attachKey: 'key',
  };
}

test('claims stop at the limit of one person before that of the server', async () => {
  const directory = new MemoryDirectory();
  expect(await directory.claim(record('a'), LIMITS)).toBe('claimed');
  expect(await directory.claim(record('b'), LIMITS)).toBe('claimed');
  expect(await directory.claim(record('c'), LIMITS)).toBe('sessions-full-user');
  expect(await directory.claim(record('d', 'bob'), LIMITS)).toBe('claimed');
  expect(await directory.claim(record('e', 'carol'), LIMITS)).toBe('sessions-full');
});

test('an ended session makes room for another, in its workspace too', async () => {
  const directory = new MemoryDirectory();
  const limits = { total: 1, perUser: 1 };
  await directory.claim(record('a', 'alice', 'main'), limits);
  await directory.update('a', ENDED);
  expect(await directory.claim(record('b', 'alice', 'main'), limits)).toBe('claimed');
});

test('a workspace holds one live session of its owner, and is no matter between owners', async () => {
  const directory = new MemoryDirectory();
  await directory.claim(record('a', 'alice', 'main'), LIMITS);
  expect(await directory.claim(record('b', 'alice', 'main'), LIMITS)).toBe('workspace-busy');
  expect(await directory.claim(record('c', 'bob', 'main'), LIMITS)).toBe('claimed');
});

test('lists are newest first and stay so when an old session changes', async () => {
  const directory = new MemoryDirectory();
  await directory.claim(record('old'), LIMITS);
  await directory.claim(record('new'), LIMITS);
  await directory.claim(record('other', 'bob'), LIMITS);
  await directory.update('old', { name: 'renamed' });
  expect((await directory.list('alice')).map(({ id }) => id)).toEqual(['new', 'old']);
  expect((await directory.list()).map(({ id }) => id)).toEqual(['other', 'new', 'old']);
});

test('listeners hear of claims and changes until they leave', async () => {
  const directory = new MemoryDirectory();
  const heard: string[] = [];
  const unsubscribe = directory.subscribe(({ name }) => heard.push(name));
  await directory.claim(record('a'), LIMITS);
  await directory.update('a', { name: 'b' });
  unsubscribe();
  await directory.update('a', { name: 'c' });
  expect(heard).toEqual(['a', 'b']);
});

test('a change to an unknown session makes none', async () => {
  const directory = new MemoryDirectory();
  expect(await directory.update('nobody', { name: 'x' })).toBeNull();
  expect(await directory.list()).toEqual([]);
});

test('no more than 1000 ended sessions are remembered, the oldest going first', async () => {
  const directory = new MemoryDirectory();
  for (let n = 0; n < 1005; n += 1) {
    await directory.claim(record(`s${n}`), LIMITS);
    await directory.update(`s${n}`, ENDED);
  }
  expect(await directory.list()).toHaveLength(1000);
  expect(await directory.get('s4')).toBeNull();
  expect(await directory.get('s5')).not.toBeNull();
});

test('an ended session is forgotten after an hour, a live one never', async () => {
  jest.useFakeTimers({ now: 0 });
  try {
    const directory = new MemoryDirectory();
    await directory.claim(record('live'), LIMITS);
    await directory.claim(record('over'), LIMITS);
    await directory.update('over', ENDED);
    jest.setSystemTime(59 * 60_000);
    expect(await directory.list()).toHaveLength(2);
    jest.setSystemTime(61 * 60_000);
    expect((await directory.list()).map(({ id }) => id)).toEqual(['live']);
  } finally {
    jest.useRealTimers();
  }
});

test('a live session stays listed however long ago it changed, and an ended one goes by its end', async () => {
  jest.useFakeTimers({ now: 1_800_000_000_000 });
  try {
    const start = Date.now();
    const directory = new MemoryDirectory();
    await directory.claim(record('live'), LIMITS);
    await directory.update('live', { name: 'renamed' });
    await directory.claim(record('over'), LIMITS);
    await directory.update('over', ENDED);
    jest.setSystemTime(start + 30 * 60_000);
    await directory.update('over', { name: 'a name that came late' });
    jest.setSystemTime(start + 60 * 60_000 - 1);
    expect((await directory.list()).map(({ name }) => name)).toEqual(['a name that came late', 'renamed']);
    jest.setSystemTime(start + 60 * 60_000);
    expect((await directory.list()).map(({ name }) => name)).toEqual(['renamed']);
    expect(await directory.get('over')).toBeNull();
  } finally {
    jest.useRealTimers();
  }
});

test('what has ended long ago takes no memory, though nobody lists anything', async () => {
  jest.useFakeTimers({ now: 1_800_000_000_000 });
  try {
    const directory = new MemoryDirectory();
    await directory.claim(record('live'), LIMITS);
    await directory.claim(record('over'), LIMITS);
    await directory.update('over', ENDED);
    jest.setSystemTime(Date.now() + 61 * 60_000);
    await directory.update('live', { name: 'x' });
    expect(await directory.get('over')).toBeNull();
    expect(await directory.get('live')).not.toBeNull();
  } finally {
    jest.useRealTimers();
  }
});

test('a session ends once: the first end is kept, and heard of once', async () => {
  const directory = new MemoryDirectory();
  const heard: string[] = [];
  await directory.claim(record('a'), LIMITS);
  directory.subscribe(({ state, end }) => heard.push(`${state} ${end?.reason ?? ''}`));
  expect(await directory.update('a', ENDED)).toMatchObject(ENDED);
  expect(await directory.update('a', { ...ENDED, end: { reason: 'terminated', exitCode: null } })).toBeNull();
  expect(await directory.get('a')).toMatchObject(ENDED);
  expect(await directory.update('a', { name: 'later' })).toMatchObject({ name: 'later', state: 'ended' });
  expect(heard).toEqual(['ended exited', 'ended exited']);
});

test('a session that another start has left is taken back, and never in the place of one that is there', async () => {
  const directory = new MemoryDirectory();
  const heard: string[] = [];
  directory.subscribe(({ name }) => heard.push(name));
  expect(await directory.restore(record('a'))).toBe(true);
  expect(await directory.restore({ ...record('a'), name: 'other' })).toBe(false);
  expect(await directory.get('a')).toMatchObject({ name: 'a' });
  expect(await directory.list()).toHaveLength(1);
  expect(heard).toEqual(['a']);
});

test('a refused claim leaves nothing behind', async () => {
  const directory = new MemoryDirectory();
  const heard: string[] = [];
  directory.subscribe(({ id }) => heard.push(id));
  const none = { total: 0, perUser: 1 };
  expect(await directory.claim(record('a'), none)).toBe('sessions-full');
  expect(await directory.claim(record('a'), { total: 1, perUser: 0 })).toBe('sessions-full-user');
  expect(await directory.list()).toEqual([]);
  expect(heard).toEqual([]);
});

test('of a directory that is closed nobody hears any more', async () => {
  const directory = new MemoryDirectory();
  const heard: string[] = [];
  directory.subscribe(({ id }) => heard.push(id));
  await directory.close();
  await directory.close();
  await directory.claim(record('a'), LIMITS);
  expect(heard).toEqual([]);
});

test('a single gateway has nobody’s sessions to take over, and loses none to anybody', async () => {
  const directory = new MemoryDirectory();
  await directory.claim(record('a'), LIMITS);
  expect(await directory.orphans()).toEqual([]);
  expect(await directory.adopt()).toBe(false);
  await directory.release();
  directory.subscribeLost()();
  expect(await directory.get('a')).toMatchObject({ id: 'a', state: 'starting' });
});
