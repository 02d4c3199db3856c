/** Sessions whose gateway has gone, by real leases of a real Redis that are only shorter than usual. */
import { randomUUID } from 'node:crypto';
import { describeUnless } from '@claude-webui/testing/unless';
import { RedisProcess, noRedis } from '@claude-webui/testing/processes/redis-process';
import { createLogger } from '../log';
import type { SharedRedis } from '../redis/shared-redis';
import { connectRedis } from '../redis/shared-redis';
import { readyRecord } from '../testing/session-record';
import type { SessionRecord } from './directory';
import { RedisDirectory } from './redis-directory';

const LIMITS = { total: 1, perUser: 1 };
const TIMES = { leaseMs: 4000, unkeptMs: 1500, renewMs: 100, indexMs: 5000 };

describeUnless(noRedis, 'leases on Redis', () => {
  let redis: RedisProcess;
  const opened: { directory: RedisDirectory; shared: SharedRedis }[] = [];

  async function view(times: Partial<typeof TIMES> = {}): Promise<RedisDirectory> {
    const log = createLogger('silent');
    const shared = await connectRedis(redis.url, '{test}:', log);
    const directory = await RedisDirectory.open(shared, log, { ...TIMES, ...times });
    opened.push({ directory, shared });
    return directory;
  }

  const claimed = async (directory: RedisDirectory): Promise<SessionRecord> => {
    const id = randomUUID();
    const record = { ...readyRecord(`unix:/run/sessions/${id}.sock`), id };
    expect(await directory.claim(record, LIMITS)).toBe('claimed');
    return record;
  };

  /** The orphans, once there are some. */
  async function orphansOf(directory: RedisDirectory): Promise<SessionRecord[]> {
    for (;;) {
      const orphans = await directory.orphans();
      if (orphans.length > 0) return orphans;
    }
  }

  beforeEach(async () => (redis = await RedisProcess.start()));
  afterEach(async () => {
    for (const { directory, shared } of opened.splice(0)) {
      await directory.close();
      shared.close();
    }
    await redis.kill();
  });

  test('what a gateway keeps is nobody else’s to take', async () => {
    const [keeper, other] = [await view(), await view()];
    const record = await claimed(keeper);
    const until = performance.now() + 1.5 * TIMES.unkeptMs;
    while (performance.now() < until) expect(await other.orphans()).toEqual([]);
    expect(await other.adopt(record)).toBe(false);
  });

  test('a gateway that dies is missed, exactly one other takes its session over, and keeps it from then on', async () => {
    const [dead, ...others] = [await view(), await view(), await view(), await view()];
    const record = await claimed(dead);
    await dead.close();
    expect(await orphansOf(others[0])).toEqual([record]);
    const adopted = await Promise.all(others.map((directory) => directory.adopt(record)));
    expect(adopted.filter((isOurs) => isOurs)).toHaveLength(1);
    const until = performance.now() + 1.5 * TIMES.leaseMs;
    while (performance.now() < until) expect((await others[0].get(record.id))?.state).toBe('ready');
    expect(await others[0].claim({ ...record, id: randomUUID() }, LIMITS)).toBe('sessions-full');
  });

  test('a gateway that was only slow hears that it has lost the session', async () => {
    // It looks after its leases for the first time long after they are taken.
    const [slow, other] = [await view({ renewMs: 3000 }), await view()];
    const record = await claimed(slow);
    const lost = new Promise((resolve) => slow.subscribeLost(resolve));
    await orphansOf(other);
    expect(await other.adopt(record)).toBe(true);
    expect(await lost).toBe(record.id);
    expect(await other.get(record.id)).toMatchObject({ state: 'ready' });
  });

  test('a gateway that leaves in order is followed at once', async () => {
    const [leaving, other] = [await view({ renewMs: 60_000 }), await view()];
    const record = await claimed(leaving);
    await leaving.release();
    const since = performance.now();
    expect(await orphansOf(other)).toEqual([record]);
    expect(performance.now() - since).toBeLessThan(TIMES.unkeptMs);
  });

  test('with no gateway left nothing outlives its lease: the place is free, and then Redis is empty', async () => {
    const [dead, later] = [await view(), await view({ renewMs: 60_000 })];
    const record = await claimed(dead);
    await dead.close();
    while ((await later.get(record.id)) !== null);
    expect(await later.list()).toEqual([]);
    expect(await later.claim({ ...record, id: randomUUID() }, LIMITS)).toBe('claimed');
    await later.close();
    const { commands } = opened[1]!.shared;
    // What counts messages, and marks that Redis has its data, ends later.
    const left = async () => (await commands.keys('{test}:*')).filter((key) => !/:(?:told:|mark$)/.test(key));
    while ((await left()).length > 0);
  });
});
