/** Two gateways on a real Redis whose connections break, that loses its data, and to which others write too. */
import { Redis } from 'ioredis';
import * as z from 'zod';
import { describeUnless } from '@claude-webui/testing/unless';
import { RedisProcess, noRedis } from '@claude-webui/testing/processes/redis-process';
import { Revocations } from '../auth/revocations';
import { shareRevocations } from '../auth/shared-revocations';
import { createLogger } from '../log';
import type { SharedRedis } from './shared-redis';
import { connectRedis } from './shared-redis';

const log = createLogger('silent');
const HOUR_MS = 3_600_000;

describeUnless(noRedis, 'channels', () => {
  let redis: RedisProcess;
  let outsider: Redis;
  const stops: (() => void)[] = [];

  beforeEach(async () => {
    redis = await RedisProcess.start();
    outsider = new Redis(redis.url);
  });

  afterEach(async () => {
    for (const stop of stops.splice(0).reverse()) stop();
    outsider.disconnect();
    await redis.kill();
  });

  async function gateway(): Promise<{ revocations: Revocations; shared: SharedRedis }> {
    const shared = await connectRedis(redis.url, '{test}:', log);
    stops.push(() => shared.close());
    const revocations = new Revocations();
    stops.push(await shareRevocations(revocations, shared, log));
    return { revocations, shared };
  }

  /** Resolves once it is revoked there. */
  const known = ({ revocations }: { revocations: Revocations }, id: string) =>
    new Promise<void>((resolve) => {
      revocations.subscribe((revoked) => {
        if (revoked === id) resolve();
      });
      if (revocations.has(id)) resolve();
    });

  const revoke = ({ revocations }: { revocations: Revocations }, id: string) =>
    revocations.revoke(id, Date.now() + HOUR_MS);

  test('what is told while the subscriber connections are broken is known everywhere once they are back', async () => {
    const [one, other] = [await gateway(), await gateway()];
    for (let n = 0; n < 5; n += 1) {
      await outsider.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
      revoke(one, `lost ${n}`);
      await known(other, `lost ${n}`);
    }
  });

  test('what a connection loses that nobody sees break is made up for', async () => {
    const [one, other] = [await gateway(), await gateway()];
    revoke(one, 'heard');
    await known(other, 'heard');
    await other.shared.subscriber.unsubscribe('{test}:revoked');
    revoke(one, 'unheard');
    await known(other, 'unheard');
    // And from then on it is heard at once.
    revoke(one, 'heard again');
    await known(other, 'heard again');
  });

  test('a Redis that has lost its data without a word is told again, so that who comes later knows', async () => {
    const one = await gateway();
    revoke(one, 'before');
    // The mark, too, has to have been there.
    while ((await outsider.exists('{test}:mark', '{test}:revoked')) < 2);
    await outsider.flushall();
    while ((await outsider.zscore('{test}:revoked', 'before')) === null);
    const later = await gateway();
    expect(later.revocations.has('before')).toBe(true);
  });

  test('what was revoked while Redis was away is told when it is back', async () => {
    const [one, other] = [await gateway(), await gateway()];
    await redis.kill();
    revoke(one, 'meanwhile');
    await redis.start();
    await known(other, 'meanwhile');
  });

  test('a message that is none, or another release’s, harms nobody and hides nothing', async () => {
    const [one, other] = [await gateway(), await gateway()];
    const nonsense = [
      '',
      'nonsense',
      '{',
      'null',
      '[]',
      '{"id":1}',
      '[1,2]',
      '["a"]',
      '["a","b"]',
      '\u0000',
      '9'.repeat(400),
    ];
    for (const message of nonsense) await outsider.publish('{test}:revoked', message);
    revoke(one, 'after');
    await known(other, 'after');
    expect(other.revocations.entries()).toHaveLength(1);
  });

  test('what a listener throws costs its message only', async () => {
    const shared = await connectRedis(redis.url, '{test}:', log);
    stops.push(() => shared.close());
    const heard: number[] = [];
    let tellBoth: () => void = () => undefined;
    const both = new Promise<void>((resolve) => (tellBoth = resolve));
    const channel = await shared.channels.open({
      name: 'numbers',
      schema: z.number(),
      heard: (n) => {
        if (n === 0) throw new Error('cannot be halved');
        heard.push(n);
        if (n === 2) tellBoth();
      },
      exchange: () => Promise.resolve(),
    });
    for (const n of [1, 0, 2]) await channel.tell(n);
    await both;
    expect(heard).toEqual([1, 2]);
  });

  test('a hundred thousand revocations in a row are known to who comes later, the first one too', async () => {
    const until = String(Date.now() + HOUR_MS);
    for (let n = 0; n < 100_000; n += 1000) {
      const page = Array.from({ length: 1000 }, (_, at) => [until, `id ${n + at}`]).flat();
      await outsider.zadd('{test}:revoked', ...page);
    }
    const later = await gateway();
    expect(later.revocations.entries()).toHaveLength(100_000);
    expect(later.revocations.has('id 0')).toBe(true);
  });
});
