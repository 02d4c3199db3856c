import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { describeUnless } from '@claude-webui/testing/unless';
import { RedisProcess, noRedis } from '@claude-webui/testing/processes/redis-process';
import { createLogger } from '../log';
import { parseRedisUrl } from '../redis/connection';
import type { SharedRedis } from '../redis/shared-redis';
import { connectRedis } from '../redis/shared-redis';
import { readyRecord } from '../testing/session-record';
import type { SessionRecord } from './directory';
import { RedisDirectory } from './redis-directory';

const LIMITS = { total: 50, perUser: 100 };
const PREFIX = '{test}:';

const endpointOf = (id: string) => `unix:/run/sessions/${id}.sock`;

describeUnless(noRedis, 'the directory on Redis', () => {
  let redis: RedisProcess;
  const others: Redis[] = [];
  const opened: { directory: RedisDirectory; shared: SharedRedis }[] = [];

  /** A gateway's view of the directory. */
  async function view(times?: Parameters<typeof RedisDirectory.open>[2]): Promise<RedisDirectory> {
    const log = createLogger('silent');
    const shared = await connectRedis(redis.url, PREFIX, log);
    const directory = await RedisDirectory.open(shared, log, times);
    opened.push({ directory, shared });
    return directory;
  }

  /** Somebody else's. */
  function connection(): Redis {
    const other = new Redis(redis.url);
    others.push(other);
    return other;
  }

  const fresh = (fields: Partial<SessionRecord> = {}) => {
    const id = randomUUID();
    return { ...readyRecord(null), id, workspace: id, state: 'starting' as const, ...fields };
  };

  beforeEach(async () => {
    redis = await RedisProcess.start();
  });

  afterEach(async () => {
    for (const other of others.splice(0)) other.disconnect();
    for (const { directory, shared } of opened.splice(0)) {
      await directory.close();
      shared.close();
    }
    await redis.kill();
  });

  test('200 claims at once from two gateways against a limit of 50 give exactly 50', async () => {
    const views = [await view(), await view()];
    const results = await Promise.all(
      Array.from({ length: 200 }, (_, n) => views[n % 2]!.claim(fresh({ owner: `owner-${n % 7}` }), LIMITS)),
    );
    expect(results.filter((result) => result === 'claimed')).toHaveLength(50);
    expect(results.filter((result) => result === 'sessions-full')).toHaveLength(150);
    expect(await views[0]!.list()).toHaveLength(50);
  });

  test('a session that Redis has forgotten is restored by one gateway, counts, and is not made twice', async () => {
    const views = [await view(), await view()];
    const found = fresh({ owner: 'alice' });
    const restored = await Promise.all(views.map((directory) => directory.restore(found)));
    expect(restored.filter(Boolean)).toHaveLength(1);
    expect(await views[0]!.list()).toHaveLength(1);
    expect(await views[0]!.claim(fresh({ owner: 'alice' }), { total: 50, perUser: 1 })).toBe('sessions-full-user');
    await views[0]!.update(found.id, { state: 'ended', end: { reason: 'exited', exitCode: 0 } });
    // What has ended stays ended, though its object may be there for a while.
    expect(await views[1]!.restore(found)).toBe(false);
  });

  test('each person has their own limit, and no two live sessions share a workspace', async () => {
    const directory = await view();
    const limits = { total: 50, perUser: 2 };
    const workspace = 'main';
    expect(await directory.claim(fresh({ owner: 'alice', workspace }), limits)).toBe('claimed');
    expect(await directory.claim(fresh({ owner: 'alice', workspace }), limits)).toBe('workspace-busy');
    expect(await directory.claim(fresh({ owner: 'alice' }), limits)).toBe('claimed');
    expect(await directory.claim(fresh({ owner: 'alice' }), limits)).toBe('sessions-full-user');
    expect(await directory.claim(fresh({ owner: 'bob', workspace }), limits)).toBe('claimed');
  });

  test('what one gateway changes the other hears of and reads', async () => {
    const [here, there] = [await view(), await view()];
    const record = fresh();
    const heard = new Promise<SessionRecord>((resolve) =>
      there.subscribe((changed) => changed.state === 'ready' && resolve(changed)),
    );
    await here.claim(record, LIMITS);
    const endpoint = endpointOf(record.id);
    await here.update(record.id, { state: 'ready', endpoint });
    expect(await heard).toEqual({ ...record, state: 'ready', endpoint });
    expect(await there.get(record.id)).toEqual({ ...record, state: 'ready', endpoint });
    await there.update(record.id, { name: 'renamed over there' });
    expect((await here.get(record.id))?.name).toBe('renamed over there');
  });

  test('a session that has ended makes room, stays readable, and does not come back to life', async () => {
    const [here, there] = [await view(), await view()];
    const record = fresh({ owner: 'alice', workspace: 'main' });
    const limits = { total: 1, perUser: 1 };
    await here.claim(record, limits);
    await there.update(record.id, { state: 'ended', end: { reason: 'exited', exitCode: 0 } });
    await here.update(record.id, { state: 'ready' });
    expect(await here.get(record.id)).toMatchObject({ state: 'ended', end: { reason: 'exited' } });
    expect(await here.claim(fresh({ owner: 'alice', workspace: 'main' }), limits)).toBe('claimed');
    expect((await here.list('alice')).map(({ state }) => state)).toEqual(['starting', 'ended']);
  });

  test('while Redis is away reads are refused with a time to come again, and what we hold goes on', async () => {
    const directory = await view();
    const record = fresh();
    await directory.claim(record, LIMITS);
    await redis.kill();
    await expect(directory.get(record.id)).rejects.toMatchObject({ code: 'not-ready', retryAfterSeconds: 2 });
    await expect(directory.claim(fresh(), LIMITS)).rejects.toMatchObject({ code: 'not-ready' });
    expect(await directory.update(record.id, { activity: 'done' })).toMatchObject({ activity: 'done' });
  });

  test('a Redis that comes back empty is told again what lives, as it is now', async () => {
    const [here, there] = [await view(), await view()];
    const record = fresh({ owner: 'alice' });
    await here.claim(record, LIMITS);
    await redis.kill();
    await here.update(record.id, { activity: 'done' });
    const back = new Promise((resolve) => opened[0]!.shared.commands.once('ready', resolve));
    await redis.start();
    await back;
    // The renewal that follows goes by the same connection, before this.
    await opened[0]!.shared.commands.ping();
    await opened[1]!.shared.commands.ping().catch(() => undefined);
    expect(await here.get(record.id)).toMatchObject({ id: record.id, activity: 'done' });
    expect(await here.claim(fresh({ owner: 'alice', workspace: record.workspace }), LIMITS)).toBe('workspace-busy');
    expect(there).toBeDefined();
  });

  test('what is written back to a Redis that has forgotten a session is never an old message about it', async () => {
    const directory = await view({ leaseMs: 60_000, unkeptMs: 15_000, renewMs: 50, indexMs: 60_000 });
    const [outsider, listener] = [connection(), connection()];
    const channel = `${PREFIX}sessions:changed`;
    await listener.subscribe(channel);
    const first = once(listener, 'message') as Promise<[string, string]>;
    const record = fresh();
    await directory.claim(record, LIMITS);
    const [, message] = await first;
    await directory.update(record.id, { state: 'ready', endpoint: endpointOf(record.id) });
    const heard = new Promise<void>((resolve) => {
      directory.subscribe(({ name }) => name === 'late' && resolve());
    });
    await outsider.publish(channel, message);
    // All that was said before has been heard by then.
    await directory.update(record.id, { name: 'late' });
    await heard;
    await outsider.publish(channel, message);
    await outsider.ping();
    await outsider.del(`${PREFIX}session:${record.id}`);
    let restored = await directory.get(record.id);
    while (restored === null) restored = await directory.get(record.id);
    expect(restored).toMatchObject({ state: 'ready', name: 'late' });
  });

  test('what changed while a Redis that forgets nothing was away is told when it is back', async () => {
    await redis.kill();
    const data = mkdtempSync(join(tmpdir(), 'redis-data-'));
    const keeping = ['--bind', '127.0.0.1', '--dir', data, '--appendonly', 'yes', '--appendfsync', 'always'];
    redis = await RedisProcess.start((port) => ['--port', String(port), ...keeping]);
    const here = await view();
    const [lives, ends] = [fresh({ owner: 'alice' }), fresh({ owner: 'alice' })];
    for (const record of [lives, ends]) await here.claim(record, LIMITS);
    await redis.kill();
    await here.update(lives.id, { state: 'ready', endpoint: endpointOf(lives.id) });
    await here.update(lives.id, { activity: 'working' });
    await here.update(ends.id, { state: 'ended', end: { reason: 'exited', exitCode: 0 }, endpoint: null });
    await redis.start();
    const there = await view();
    const heard = new Promise<void>((resolve) => there.subscribe(({ id }) => id === ends.id && resolve()));
    // Known by now, or heard of.
    if ((await there.get(ends.id))?.state !== 'ended') await heard;
    expect(await there.get(ends.id)).toMatchObject({ state: 'ended', end: { reason: 'exited' } });
    const told = { state: 'ready', activity: 'working', endpoint: endpointOf(lives.id) };
    expect(await there.get(lives.id)).toMatchObject(told);
    expect(await there.claim(fresh({ owner: 'alice' }), { total: 2, perUser: 2 })).toBe('claimed');
    rmSync(data, { recursive: true });
  });

  test('an endpoint that somebody has forged in Redis leads nowhere', async () => {
    const [here, there] = [await view(), await view()];
    const record = fresh();
    await here.claim(record, LIMITS);
    await here.update(record.id, { state: 'ready', endpoint: endpointOf(record.id) });
    const heard = new Promise<SessionRecord>((resolve) =>
      there.subscribe((changed) => changed.name === 'forged' && resolve(changed)),
    );
    await opened[0]!.shared.commands.hset(`session:${record.id}`, {
      endpoint: JSON.stringify('http://169.254.169.254/latest/meta-data'),
    });
    await here.update(record.id, { name: 'forged' });
    expect(await heard).toMatchObject({ state: 'ready', endpoint: null });
    expect(await there.get(record.id)).toMatchObject({ state: 'ready', endpoint: null });
    expect((await there.list())[0]).toMatchObject({ endpoint: null });
  });

  test('every key ends by itself when nobody renews it', async () => {
    const directory = await view();
    await directory.claim(fresh(), LIMITS);
    const client = opened[0]!.shared.commands;
    const keys = await client.keys(`${PREFIX}*`);
    expect(keys.length).toBeGreaterThan(3);
    for (const key of keys) expect(await client.pttl(key.slice(PREFIX.length))).toBeGreaterThan(0);
  });
});

test.each([
  ['redis://localhost', { kind: 'server', host: 'localhost', port: 6379, database: 0, tls: false }],
  [
    'rediss://me:p%40ss@[::1]:7000/2',
    { kind: 'server', host: '::1', port: 7000, database: 2, tls: true, password: 'p@ss' },
  ],
  [
    'redis+sentinel://a,b:1/main/3',
    {
      kind: 'sentinel',
      name: 'main',
      database: 3,
      sentinels: [
        { host: 'a', port: 26379 },
        { host: 'b', port: 1 },
      ],
    },
  ],
  [
    'rediss+cluster://a:1,b:2',
    {
      kind: 'cluster',
      tls: true,
      nodes: [
        { host: 'a', port: 1 },
        { host: 'b', port: 2 },
      ],
    },
  ],
])('%s is understood', (url, address) => {
  expect(parseRedisUrl(url)).toMatchObject(address);
});

test.each(['http://localhost', 'redis://', 'redis+sentinel://a', 'redis+cluster://a/1', 'redis://a/x', 'redis://a,b'])(
  '%s is refused',
  (url) => expect(parseRedisUrl(url)).toBeNull(),
);
