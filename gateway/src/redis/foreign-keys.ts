/**
 * Keys that somebody else has written in the place of ours, with another type. Redis refuses every command on them, so each one would
 * stop what it is for until somebody deletes it by hand. What ours held is lost already: they are deleted, and the gateways tell Redis
 * again what they know.
 */
import { ReplyError } from 'ioredis';
import type { Logger } from '../log';
import type { RedisClient } from './connection';

type KeyType = 'string' | 'hash' | 'zset';

/** The first part of a script: its keys have these types from then on, or are not there. */
export const keysAre = (...types: KeyType[]) => `
  for at, kind in ipairs({${types.map((type) => `'${type}'`).join(', ')}}) do
    local found = redis.call('TYPE', KEYS[at])['ok']
    if found ~= 'none' and found ~= kind then redis.call('DEL', KEYS[at]) end
  end`;

/** What a key holds, or `missing` if it is not of our type; then it is deleted. */
export async function ownKey<T>(
  redis: RedisClient,
  key: string,
  answer: Promise<T>,
  missing: T,
  log: Logger,
): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    if (!isWrongType(error)) throw error;
    log.error({ key }, 'a key in Redis that others have overwritten is deleted');
    await redis.del(key);
    return missing;
  }
}

/** Redis has answered that this cannot be done; it is not away. */
export const isRefused = (error: unknown) => error instanceof ReplyError;

export const isWrongType = (error: unknown) =>
  error instanceof ReplyError && error instanceof Error && error.message.startsWith('WRONGTYPE');
