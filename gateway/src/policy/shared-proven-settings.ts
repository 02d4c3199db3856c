import type { Logger } from '../log';
import type { SharedRedis } from '../redis/shared-redis';
import type { ProvenSettings } from './proven-settings';

/** Sorted set of what is proven, by the time at which it was told. */
const KEY = 'proven';
const CHANNEL = 'proven';
/** As many as a gateway remembers. */
const MAX_ENTRIES = 1024;
/** After its last change. Then somebody's session proves it again. Seconds. */
const KEY_SECONDS = 7 * 24 * 3600;

/**
 * Makes known to all gateways, and to those that start later, what the runners of one have tested: else the first session on
 * each gateway of a new release would wait for its self-test. While Redis is away each gateway knows its own. Returns what ends it.
 */
export async function shareProvenSettings(
  proven: ProvenSettings,
  redis: SharedRedis,
  log: Logger,
): Promise<() => void> {
  const { commands, subscriber, prefix } = redis;
  const channel = prefix + CHANNEL;

  const tell = async (hash: string, cli: string) => {
    const entry = JSON.stringify([hash, cli]);
    const change = commands.multi().zadd(KEY, String(Date.now()), entry);
    await change
      .zremrangebyrank(KEY, 0, -MAX_ENTRIES - 1)
      .expire(KEY, KEY_SECONDS)
      .exec();
    await commands.publish(channel, entry);
  };
  const adopt = (entry: string) => proven.adopt(...(JSON.parse(entry) as [string, string]));
  const hear = (from: string, entry: string) => {
    if (from === channel) adopt(entry);
  };
  const exchange = async () => {
    for (const entry of await commands.zrange(KEY, '0', '-1')) adopt(entry);
    for (const [hash, cli] of proven.entries()) await tell(hash, cli);
  };
  const failed = (error: unknown) => log.warn({ err: error }, 'proven settings not shared: Redis is away');
  const exchangeAgain = () => void exchange().catch(failed);

  subscriber.on('message', hear);
  await subscriber.subscribe(channel);
  await exchange();
  commands.on('ready', exchangeAgain);
  const unsubscribe = proven.subscribeOwn((hash, cli) => void tell(hash, cli).catch(failed));
  return () => {
    unsubscribe();
    commands.off('ready', exchangeAgain);
    subscriber.off('message', hear);
  };
}
