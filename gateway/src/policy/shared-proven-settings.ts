import * as z from 'zod';
import type { Logger } from '../log';
import { ownKey } from '../redis/foreign-keys';
import type { SharedChannel } from '../redis/shared-channels';
import type { SharedRedis } from '../redis/shared-redis';
import type { ProvenSettings } from './proven-settings';

/** Sorted set of what is proven, by the time at which it was told. */
const KEY = 'proven';
/** As many as a gateway remembers. */
const MAX_ENTRIES = 1024;
/** After its last change. Then somebody's session proves it again. Seconds. */
const KEY_SECONDS = 7 * 24 * 3600;
/** Hash of the settings, and the Claude Code that obeys them. */
const entry = z.tuple([z.string().max(256), z.string().max(256)]);
type Entry = z.infer<typeof entry>;

/**
 * Makes known to all gateways, and to those that start later, what the runners of one have tested: else the first session on
 * each gateway of a new release would wait for its self-test. While Redis is away each gateway knows its own. Returns what ends it.
 */
export async function shareProvenSettings(
  proven: ProvenSettings,
  { channels, commands }: Pick<SharedRedis, 'channels' | 'commands'>,
  log: Logger,
): Promise<() => void> {
  const channel = await channels.open<Entry>({
    name: 'proven',
    schema: entry,
    heard: ([hash, cli]) => proven.adopt(hash, cli),
    exchange,
  });
  return proven.subscribeOwn((hash, cli) => {
    tell(channel, [hash, cli]).catch((error: unknown) =>
      log.warn({ err: error }, 'proven settings not shared: Redis is away'),
    );
  });

  function tell(to: SharedChannel<Entry>, proof: Entry): Promise<void> {
    return to.tell(proof, (all) =>
      all
        .zadd(KEY, String(Date.now()), JSON.stringify(proof))
        .zremrangebyrank(KEY, 0, -MAX_ENTRIES - 1)
        .expire(KEY, KEY_SECONDS),
    );
  }

  async function exchange(to: SharedChannel<Entry>): Promise<void> {
    const known = new Set(await ownKey(commands, KEY, commands.zrange(KEY, '0', '-1'), [], log));
    for (const text of known) to.take(text);
    for (const proof of proven.entries()) if (!known.has(JSON.stringify(proof))) await tell(to, proof);
  }
}
