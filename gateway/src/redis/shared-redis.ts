import type { Logger } from '../log';
import type { RedisClient, RedisConnections } from './connection';
import { openRedis, parseRedisUrl } from './connection';
import { SharedChannels } from './shared-channels';

/** How long a gateway waits for Redis before it gives up its start. Milliseconds. */
const START_TIMEOUT_MS = 10_000;

/** What gateways share. */
export interface SharedRedis extends RedisConnections {
  channels: SharedChannels;
  /** Whether Redis answers now. */
  isReady(): boolean;
  close(): void;
}

/** Resolves once Redis answers. @throws Error that says what to do */
export async function connectRedis(url: string, prefix: string, log: Logger): Promise<SharedRedis> {
  const address = parseRedisUrl(url);
  if (address === null) throw new Error('REDIS_URL is not the address of a Redis.');
  const commands = openRedis(address, prefix);
  const subscriber = openRedis(address, prefix);
  const clients = [commands, subscriber];
  const channels = new SharedChannels({ commands, subscriber, prefix }, log);
  const close = () => {
    channels.close();
    for (const client of clients) client.disconnect();
  };
  let isAway = false;
  for (const client of clients) {
    client.on('error', (error: Error) => {
      if (!isAway) log.warn({ err: error }, 'Redis is away');
      isAway = true;
    });
    client.on('ready', () => {
      if (isAway) log.info('Redis is back');
      isAway = false;
    });
  }
  try {
    await Promise.all(clients.map((client) => firstReady(client)));
  } catch (error) {
    close();
    throw error;
  }
  return {
    commands,
    subscriber,
    prefix,
    channels,
    close,
    isReady: () => clients.every(({ status }) => status === 'ready'),
  };
}

function firstReady(client: RedisClient): Promise<void> {
  return new Promise((resolve, reject) => {
    let last = '';
    client.on('error', (error: Error) => (last = error.message));
    const timer = setTimeout(() => {
      reject(new Error(`Redis does not answer (${last}). Start it, or set REDIS_URL to where it is.`));
    }, START_TIMEOUT_MS);
    client.once('ready', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
