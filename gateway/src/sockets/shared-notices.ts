import type { Notice } from '@claude-webui/protocol';
import * as z from 'zod';
import type { Logger } from '../log';
import type { SharedChannel } from '../redis/shared-channels';
import type { SharedRedis } from '../redis/shared-redis';

/** Sorted set of what was told lately, by time, for gateways that missed it. */
const KEY = 'notices';
const MAX_NOTICES = 100;
/** After which nobody needs to hear of it who has not. Seconds. */
const KEY_SECONDS = 600;
const notice = z.object({ id: z.string(), text: z.string(), from: z.string(), at: z.string() });

/** Brings an administrator's word to the clients of every gateway, once. Resolves with what tells it. @throws Error when Redis is away */
export async function shareNotices(
  show: (notice: Notice) => void,
  { channels, commands }: Pick<SharedRedis, 'channels' | 'commands'>,
  log: Logger,
): Promise<(notice: Notice) => void> {
  const shown = new Set<string>();
  const untold = new Map<string, Notice>();
  // What was told before this gateway began was told to nobody here.
  let isOpen = false;
  const showOnce = (told: Notice) => {
    if (shown.has(told.id)) return;
    shown.add(told.id);
    bound(shown);
    if (isOpen) show(told);
  };
  const channel = await channels.open<Notice>({
    name: 'notices',
    schema: notice,
    heard: showOnce,
    exchange: async (to) => {
      for (const text of await commands.zrange(KEY, '0', '-1')) to.take(text);
      for (const told of untold.values()) await tell(to, told);
    },
  });
  isOpen = true;
  return (told) => {
    showOnce(told);
    untold.set(told.id, told);
    bound(untold);
    tell(channel, told).catch((error: unknown) => log.warn({ err: error }, 'a notice waits for Redis'));
  };

  async function tell(to: SharedChannel<Notice>, told: Notice): Promise<void> {
    await to.tell(told, (all) =>
      all
        .zadd(KEY, String(Date.now()), JSON.stringify(told))
        .zremrangebyrank(KEY, 0, -MAX_NOTICES - 1)
        .expire(KEY, KEY_SECONDS),
    );
    untold.delete(told.id);
  }
}

function bound(notices: Pick<Map<string, unknown>, 'size' | 'keys' | 'delete'>): void {
  const [oldest] = notices.keys();
  if (notices.size > 2 * MAX_NOTICES && oldest !== undefined) notices.delete(oldest);
}
