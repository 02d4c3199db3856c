import * as z from 'zod';
import type { Logger } from '../log';
import { ownKey } from '../redis/foreign-keys';
import type { SharedChannel } from '../redis/shared-channels';
import type { SharedRedis } from '../redis/shared-redis';
import type { Revocations } from './revocations';

/** Sorted set of what is revoked, by the time at which it has expired anyway. */
const KEY = 'revoked';
/** Of the whole set after its last change: longer than SIGN_IN_TTL can be. Seconds. */
const KEY_SECONDS = 31 * 24 * 3600;
/** Entries in one answer. */
const PAGE = 1000;
/** What is revoked, and until when, in ms since the epoch. */
const entry = z.tuple([z.string().max(256), z.number()]);
type Entry = z.infer<typeof entry>;
/** Of gateways, at most. Milliseconds. */
const CLOCKS_DIFFER_MS = 3_600_000;

/**
 * Makes what is revoked known to all gateways, and to those that start later. While Redis is away it holds on this gateway alone,
 * and is told when Redis is back. Returns what ends it.
 */
export async function shareRevocations(
  revocations: Revocations,
  { channels, commands }: Pick<SharedRedis, 'channels' | 'commands'>,
  log: Logger,
): Promise<() => void> {
  const channel = await channels.open<Entry>({
    name: 'revoked',
    schema: entry,
    heard: ([id, untilMs]) => revocations.adopt(id, untilMs),
    exchange,
  });
  return revocations.subscribeOwn((id, untilMs) => {
    tell(channel, id, untilMs).catch((error: unknown) =>
      log.warn({ err: error }, 'not told to other gateways: Redis is away'),
    );
  });

  function tell(to: SharedChannel<Entry>, id: string, untilMs: number): Promise<void> {
    const expired = String(Date.now() - CLOCKS_DIFFER_MS);
    return to.tell([id, untilMs], (all) =>
      all.zadd(KEY, String(untilMs), id).zremrangebyscore(KEY, '-inf', expired).expire(KEY, KEY_SECONDS),
    );
  }

  async function exchange(to: SharedChannel<Entry>): Promise<void> {
    const known = new Set<string>();
    let cursor = '0';
    do {
      const answer = commands.zscan(KEY, cursor, 'COUNT', PAGE);
      const [next, page] = await ownKey(commands, KEY, answer, ['0', []], log);
      for (let at = 0; at + 1 < page.length; at += 2) {
        const id = page[at] ?? '';
        known.add(id);
        revocations.adopt(id, Number(page[at + 1]));
      }
      cursor = next;
    } while (cursor !== '0');
    for (const [id, untilMs] of revocations.entries()) if (!known.has(id)) await tell(to, id, untilMs);
  }
}
