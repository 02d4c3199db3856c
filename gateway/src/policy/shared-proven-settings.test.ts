import { once } from 'node:events';
import { describeUnless } from '@claude-webui/testing/unless';
import { noRedis, RedisProcess } from '@claude-webui/testing/processes/redis-process';
import { createLogger } from '../log';
import type { SharedRedis } from '../redis/shared-redis';
import { connectRedis } from '../redis/shared-redis';
import { ProvenSettings } from './proven-settings';
import { shareProvenSettings } from './shared-proven-settings';

const log = createLogger('silent');

describeUnless(noRedis, 'proven settings', () => {
  let redis: RedisProcess;
  const stops: (() => void)[] = [];

  beforeEach(async () => {
    redis = await RedisProcess.start();
  });

  afterEach(async () => {
    for (const stop of stops.splice(0).reverse()) stop();
    await redis.kill();
  });

  async function gateway(): Promise<{ proven: ProvenSettings; shared: SharedRedis }> {
    const shared = await connectRedis(redis.url, '{test}:', log);
    stops.push(() => shared.close());
    const proven = new ProvenSettings();
    stops.push(await shareProvenSettings(proven, shared, log));
    return { proven, shared };
  }

  /** Resolves once the gateway has heard this from another. */
  const heard = ({ shared }: { shared: SharedRedis }) => once(shared.subscriber, 'message');

  test('of one gateway are known to another at once, and to one that starts later', async () => {
    const [one, other] = [await gateway(), await gateway()];
    const known = heard(other);
    one.proven.add('hash', 'claude 1');
    await known;
    expect(other.proven.for('hash')).toEqual(['claude 1']);
    expect((await gateway()).proven.for('hash')).toEqual(['claude 1']);
  });

  test('are told again to a Redis that has forgotten them', async () => {
    const one = await gateway();
    const known = heard(one);
    one.proven.add('hash', 'claude 1');
    await known;
    await redis.kill();
    await redis.start();
    const later = await gateway();
    // It found it there, or hears of it now.
    if (later.proven.entries().length === 0) await heard(later);
    expect(later.proven.for('hash')).toEqual(['claude 1']);
  });

  test('are in Redis for a week, and no more of them than a gateway remembers', async () => {
    const one = await gateway();
    const told = new Promise<void>((resolve) => {
      one.shared.subscriber.on('message', (_: string, entry: string) => {
        if (entry.includes('hash 1029')) resolve();
      });
    });
    for (let n = 0; n < 1030; n += 1) one.proven.add(`hash ${n}`, 'claude 1');
    await told;
    expect(await one.shared.commands.zcard('proven')).toBe(1024);
    expect(await one.shared.commands.ttl('proven')).toBeGreaterThan(6 * 24 * 3600);
  });
});
