/** Links as one gateway keeps them in memory, and two in Redis. */
import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { describeUnless } from '@claude-webui/testing/unless';
import { RedisProcess, noRedis } from '@claude-webui/testing/processes/redis-process';
import type { LinkGrant } from '../auth/authority';
import { Keyset } from '../auth/keyset';
import { Revocations } from '../auth/revocations';
import type { UserRole } from '../auth/roles';
import { createLogger } from '../log';
import { connectRedis } from '../redis/shared-redis';
import { authorityOf } from '../testing/authority';
import { readyRecord } from '../testing/session-record';
import type { SessionRecord } from './directory';
import { MemoryLinks } from './link-store';
import { Links } from './links';
import { RedisLinks } from './redis-links';

const keyset = Keyset.ofSecret('a secret of more than 32 characters for tests');
const OWNER = { id: 'alice', role: 'user' as const };
const BOSS = { id: 'root', role: 'admin' as const };
const ENDED = { code: 'share-ended' };

let records: SessionRecord[];
let roles: Map<string, UserRole | null>;
let redis: RedisProcess | null;
const stops: (() => void)[] = [];

beforeEach(() => {
  records = [readyRecord(null), readyRecord(null)];
  roles = new Map();
});

afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) stop();
  await redis?.kill();
  redis = null;
});

const directory = { get: (id: string) => Promise.resolve(records.find((record) => record.id === id) ?? null) };

function authority(revocations: Revocations) {
  const roleOf = (id: string, given: UserRole) => roles.get(id) ?? (roles.has(id) ? null : given);
  return authorityOf(keyset, { revocations, standing: { isLetIn: () => true, roleOf } });
}

/** What gateways hold, each with what it knows to be revoked. */
async function gateway(kind: string, revocations = new Revocations()): Promise<Links> {
  if (kind === 'memory') return new Links(new MemoryLinks(), directory, authority(revocations));
  redis ??= await RedisProcess.start();
  const shared = await connectRedis(redis.url, '{test}:', createLogger('silent'));
  stops.push(() => shared.close());
  const store = await RedisLinks.open(shared, (id) => revocations.has(id), createLogger('silent'));
  return new Links(store, directory, authority(revocations));
}

describe.each(noRedis === null ? ['memory', 'Redis'] : ['memory'])('links in %s', (kind) => {
  let links: Links;
  let session: SessionRecord;

  beforeEach(async () => {
    links = await gateway(kind);
    session = records[0]!;
  });

  test('open their session until they are taken back', async () => {
    const { link, secret } = await links.make(OWNER, session, 60);
    const { access, record } = await links.enter(secret);
    expect(record).toBe(session);
    expect(access).toMatchObject({ role: 'viewer', who: { kind: 'guest', shareId: link.id, sessionId: session.id } });
    await expect(links.enter(`${secret}x`)).rejects.toMatchObject(ENDED);
    await links.takeBack(session, link.id);
    expect(access.lapse()).toBe('share-ended');
    await expect(links.enter(secret)).rejects.toMatchObject(ENDED);
    expect(await links.of(session)).toEqual([]);
    await expect(links.takeBack(session, link.id)).rejects.toMatchObject({ code: 'share-not-found' });
  });

  test('are nowhere with their secret', async () => {
    const { secret } = await links.make(OWNER, session, 60);
    expect(JSON.stringify(await links.of(session))).not.toContain(secret);
  });

  test('end with their session, and there is none to one that is over', async () => {
    const { secret } = await links.make(OWNER, session, 60);
    records[0] = { ...session, state: 'ended' };
    await expect(links.enter(secret)).rejects.toMatchObject(ENDED);
    expect(await links.of(records[0])).toEqual([]);
    await expect(links.make(OWNER, records[0], 60)).rejects.toMatchObject({ code: 'session-over' });
  });

  test('are at most 16 of one session, of which those count that have not expired', async () => {
    const short = await links.make(OWNER, session, 2);
    for (let n = 1; n < 16; n += 1) await links.make(OWNER, session, 60);
    const full = { code: 'too-many-shares' };
    await expect(links.make(OWNER, session, 60)).rejects.toMatchObject(full);
    await links.make(OWNER, records[1]!, 60);
    while ((await links.enter(short.secret).catch(() => null)) !== null);
    expect(await links.of(session)).toHaveLength(15);
    // Redis counts it by its own clock, a moment longer.
    while ((await links.make(OWNER, session, 60).catch(() => null)) === null);
    await expect(links.make(OWNER, session, 60)).rejects.toMatchObject(full);
  });

  test('made at the same moment all open the session', async () => {
    const made = await Promise.all(Array.from({ length: 5 }, () => links.make(OWNER, session, 60)));
    for (const { secret } of made) expect((await links.enter(secret)).record).toBe(session);
    expect(await links.of(session)).toHaveLength(5);
  });

  test('end with the standing of whoever made them, and nobody else’s', async () => {
    const [own, boss] = [await links.make(OWNER, session, 60), await links.make(BOSS, session, 60)];
    const [byOwn, byBoss] = [(await links.enter(own.secret)).access, (await links.enter(boss.secret)).access];
    roles.set(BOSS.id, 'user');
    expect([byOwn.lapse(), byBoss.lapse()]).toEqual([null, 'share-ended']);
    roles.set(OWNER.id, null);
    expect(byOwn.lapse()).toBe('share-ended');
    await expect(links.enter(own.secret)).rejects.toMatchObject(ENDED);
  });
});

describeUnless(noRedis, 'links of two gateways', () => {
  test('one that is taken back while another gateway makes one stays taken back', async () => {
    const [here, there] = [await gateway('Redis'), await gateway('Redis')];
    const session = records[0]!;
    for (let n = 0; n < 10; n += 1) {
      const { link, secret } = await here.make(OWNER, session, 60);
      const [, other] = await Promise.all([here.takeBack(session, link.id), there.make(OWNER, session, 60)]);
      await expect(there.enter(secret)).rejects.toMatchObject(ENDED);
      expect((await here.enter(other.secret)).record).toBe(session);
    }
  });

  test('finding one reads one key, however many sessions and links there are', async () => {
    const links = await gateway('Redis');
    for (let n = 0; n < 10; n += 1) await links.make(OWNER, records[0]!, 60);
    const client = new Redis(redis!.url);
    const read: string[] = [];
    const monitor = await client.monitor();
    monitor.on('monitor', (_time: string, [command = '', key = '']: string[]) => read.push(`${command} ${key}`));
    await expect(links.enter('no such secret')).rejects.toMatchObject(ENDED);
    await client.echo('done');
    while (!read.some((line) => line === 'echo done')) await new Promise((resolve) => monitor.once('monitor', resolve));
    monitor.disconnect();
    client.disconnect();
    expect(read.filter((line) => /^(?:get|hgetall|zrange)/i.test(line) && !line.includes('told:'))).toEqual([
      expect.stringMatching(/^get \{test\}:link:[0-9a-f]{64}$/),
    ]);
  });

  test('when Redis has lost its data they are there again, but for those that were taken back', async () => {
    const [kept, gone] = [new Revocations(), new Revocations()];
    const [here, there] = [await gateway('Redis', kept), await gateway('Redis', gone)];
    const session = records[0]!;
    const [stays, goes] = [await here.make(OWNER, session, 60), await here.make(OWNER, session, 60)];
    await here.takeBack(session, goes.link.id);
    gone.adopt(goes.link.id, Date.parse(goes.link.expiresAt));
    const client = new Redis(redis!.url);
    while ((await client.exists('{test}:mark')) === 0);
    await client.flushall();
    while ((await there.enter(stays.secret).catch(() => null)) === null);
    await expect(there.enter(goes.secret)).rejects.toMatchObject(ENDED);
    expect(await client.exists(`{test}:link:${goes.link.secretHash}`)).toBe(0);
    client.disconnect();
  });

  test('what is none, or another release’s, lets nobody in and breaks no list', async () => {
    const links = await gateway('Redis');
    const session = records[0]!;
    const { secret, link } = await links.make(OWNER, session, 60);
    const client = new Redis(redis!.url);
    await client.zadd(`{test}:links:${session.id}`, Date.now() + 60_000, 'nonsense');
    expect((await links.of(session)).map(({ id }: LinkGrant) => id)).toEqual([link.id]);
    await client.set(`{test}:link:${link.secretHash}`, JSON.stringify({ id: randomUUID() }), 'KEEPTTL');
    await expect(links.enter(secret)).rejects.toMatchObject(ENDED);
    for (const key of await client.keys('*')) expect(await client.pttl(key)).toBeGreaterThan(0);
    client.disconnect();
  });
});
