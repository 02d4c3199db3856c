import type { Logger } from '../log';
import type { SharedRedis } from '../redis/shared-redis';
import type { Revocations } from './revocations';

const KEY = 'revoked';
const CHANNEL = 'revoked';
/** Of the whole set after its last change: longer than SIGN_IN_TTL can be. Seconds. */
const KEY_SECONDS = 31 * 24 * 3600;

/**
 * Makes sign-outs known to all gateways, and to those that start later. While Redis is away a sign-out holds on this
 * gateway alone, and is told when Redis is back. Returns what ends it.
 */
export async function shareRevocations(revocations: Revocations, redis: SharedRedis, log: Logger): Promise<() => void> {
  const { commands, subscriber, prefix } = redis;
  const channel = prefix + CHANNEL;

  const tell = async (id: string, untilMs: number) => {
    const change = commands.multi().zadd(KEY, String(untilMs), id);
    await change.zremrangebyscore(KEY, '-inf', String(Date.now())).expire(KEY, KEY_SECONDS).exec();
    await commands.publish(channel, JSON.stringify([id, untilMs]));
  };
  const hear = (from: string, message: string) => {
    if (from !== channel) return;
    const [id, untilMs] = JSON.parse(message) as [string, number];
    revocations.adopt(id, untilMs);
  };
  const exchange = async () => {
    const all = await commands.zrange(KEY, '0', '-1', 'WITHSCORES');
    for (let at = 0; at + 1 < all.length; at += 2) revocations.adopt(all[at] ?? '', Number(all[at + 1]));
    for (const [id, untilMs] of revocations.entries()) await tell(id, untilMs);
  };
  const failed = (error: unknown) => log.warn({ err: error }, 'sign-outs not shared: Redis is away');
  const exchangeAgain = () => void exchange().catch(failed);

  subscriber.on('message', hear);
  await subscriber.subscribe(channel);
  await exchange();
  commands.on('ready', exchangeAgain);
  const unsubscribe = revocations.subscribeOwn((id, untilMs) => void tell(id, untilMs).catch(failed));
  return () => {
    unsubscribe();
    commands.off('ready', exchangeAgain);
    subscriber.off('message', hear);
  };
}
