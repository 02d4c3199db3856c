import { describeUnless } from '@claude-webui/testing/unless';
import { RedisProcess, noRedis } from '@claude-webui/testing/processes/redis-process';
import { createLogger } from '../log';
import type { SharedRedis } from '../redis/shared-redis';
import { connectRedis } from '../redis/shared-redis';
import { FREE_FAILURES } from './login-backoff';
import { LocalLoginLimit, SharedLoginLimit } from './login-limit';

const from = (username: string, address: string) => ({ username, address });

test('a gateway alone counts what it sees', async () => {
  const limit = new LocalLoginLimit();
  for (let n = 0; n < FREE_FAILURES.account; n += 1) expect(await limit.attempt(from('alice', `${n}`))).toBe(0);
  expect(await limit.attempt(from('alice', 'x'))).toBeGreaterThan(0);
  await limit.succeeded(from('alice', 'x'));
  expect(await limit.attempt(from('alice', 'y'))).toBe(0);
});

describeUnless(noRedis, 'on Redis', () => {
  let redis: RedisProcess;
  const shared: SharedRedis[] = [];

  async function gateway(): Promise<SharedLoginLimit> {
    const connection = await connectRedis(redis.url, '{test}:', createLogger('silent'));
    shared.push(connection);
    return new SharedLoginLimit(connection.commands);
  }

  beforeEach(async () => (redis = await RedisProcess.start()));
  afterEach(async () => {
    for (const connection of shared.splice(0)) connection.close();
    await redis.kill();
  });

  test('failures at one gateway count at the other, and doubling waits are told', async () => {
    const gateways = [await gateway(), await gateway()];
    for (let n = 0; n < FREE_FAILURES.account; n += 1)
      expect(await gateways[n % 2]!.attempt(from('alice', `192.0.2.${n}`))).toBe(0);
    const waits = await Promise.all(gateways.map((one) => one.attempt(from('alice', '198.51.100.1'))));
    for (const wait of waits) expect(wait).toBeGreaterThan(0);
    for (const wait of waits) expect(wait).toBeLessThanOrEqual(1000);
    expect(await gateways[0]!.attempt(from('bob', '198.51.100.1'))).toBe(0);
  });

  test('an address is held whichever names it tries; an own account buys no guesses', async () => {
    const limit = await gateway();
    for (let n = 0; n < FREE_FAILURES.address - 1; n += 1)
      expect(await limit.attempt(from(`user${n}`, '192.0.2.1'))).toBe(0);
    expect(await limit.attempt(from('mallory', '192.0.2.1'))).toBe(0);
    await limit.succeeded(from('mallory', '192.0.2.1'));
    expect(await limit.attempt(from('victim', '192.0.2.1'))).toBe(0);
    expect(await limit.attempt(from('another', '192.0.2.1'))).toBeGreaterThan(0);
    expect(await limit.attempt(from('another', '192.0.2.2'))).toBe(0);
  });

  test('a hundred guesses at once are not a hundred', async () => {
    const limit = await gateway();
    const waits = await Promise.all(Array.from({ length: 100 }, (_, n) => limit.attempt(from('alice', `${n}`))));
    expect(waits.filter((wait) => wait === 0)).toHaveLength(FREE_FAILURES.account);
  });

  test('nor are a hundred names at once from one address, at two gateways', async () => {
    const gateways = [await gateway(), await gateway()];
    const guesses = Array.from({ length: 100 }, (_, n) => gateways[n % 2]!.attempt(from(`user${n}`, '192.0.2.1')));
    const waits = await Promise.all(guesses);
    expect(waits.filter((wait) => wait === 0)).toHaveLength(FREE_FAILURES.address);
  });

  test('while Redis is away nobody may guess', async () => {
    const limit = await gateway();
    await limit.isThere();
    await redis.kill();
    const away = { code: 'not-ready', retryAfterSeconds: 2 };
    await expect(limit.attempt(from('alice', 'x'))).rejects.toMatchObject(away);
    await expect(limit.isThere()).rejects.toMatchObject(away);
  });
});
