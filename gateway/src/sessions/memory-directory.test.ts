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
