/** The back-off after failed sign-ins, of one gateway or of all that share a Redis. */
import { createHash } from 'node:crypto';
import { problem } from '../errors';
import type { RedisClient } from '../redis/connection';
import { keysAre } from '../redis/foreign-keys';
import { SERVER_TIME } from '../redis/server-time';
import type { LoginSource } from './login-backoff';
import { FIRST_WAIT_MS, FORGET_MS, FREE_FAILURES, LAST_WAIT_MS, LoginBackoff, keysOf } from './login-backoff';

export interface LoginLimit {
  /**
   * Counts an attempt, as failed until `succeeded` says otherwise. Resolves with 0, or with the milliseconds to wait; then it
   * was not counted and must not be made. @throws AppError not-ready
   */
  attempt(source: LoginSource): Promise<number>;
  succeeded(source: LoginSource): Promise<void>;
  /** For sign-ins without a password to guess: resolves if attempts could be counted now. @throws AppError not-ready */
  isThere(): Promise<void>;
}

export class LocalLoginLimit implements LoginLimit {
  private readonly backoff = new LoginBackoff();

  attempt(source: LoginSource): Promise<number> {
    const now = Date.now();
    const waitMs = this.backoff.waitMs(source, now);
    if (waitMs === 0) this.backoff.attempt(source, now);
    return Promise.resolve(waitMs);
  }

  succeeded(source: LoginSource): Promise<void> {
    this.backoff.succeeded(source);
    return Promise.resolve();
  }

  isThere(): Promise<void> {
    return Promise.resolve();
  }
}

/** KEYS: account, address; ARGV: free failures of each, first wait, last wait, ms to forget. As LoginBackoff, by Redis's clock. */
const ATTEMPT = `
  ${keysAre('hash', 'hash')}
  ${SERVER_TIME}
  local wait = 0
  for key = 1, 2 do
    local excess = (tonumber(redis.call('HGET', KEYS[key], 'count') or '') or 0) - ARGV[key]
    local at = tonumber(redis.call('HGET', KEYS[key], 'at') or '') or 0
    if excess >= 0 then wait = math.max(wait, at + math.min(ARGV[3] * 2 ^ excess, ARGV[4]) - now) end
  end
  if wait > 0 then return math.ceil(wait) end
  for key = 1, 2 do
    local count = tonumber(redis.call('HGET', KEYS[key], 'count') or '') or 0
    redis.call('HSET', KEYS[key], 'count', count + 1, 'at', now)
    redis.call('PEXPIRE', KEYS[key], ARGV[5])
  end
  return 0`;

const SUCCEEDED = `
  ${keysAre('hash', 'hash')}
  redis.call('DEL', KEYS[1])
  local count = tonumber(redis.call('HGET', KEYS[2], 'count') or '') or 0
  if count > 1 then redis.call('HSET', KEYS[2], 'count', count - 1)
  else redis.call('DEL', KEYS[2]) end`;

interface Commands {
  loginAttempt(...keysAndArguments: (string | number)[]): Promise<number>;
  loginSucceeded(...keys: string[]): Promise<null>;
}

/** When to ask again while Redis is away. Seconds. */
const RETRY_AFTER_SECONDS = 2;

/** While Redis is away nobody signs in: guesses would not be counted. */
export class SharedLoginLimit implements LoginLimit {
  private readonly commands: Commands;

  constructor(private readonly redis: RedisClient) {
    redis.defineCommand('loginAttempt', { numberOfKeys: 2, lua: ATTEMPT });
    redis.defineCommand('loginSucceeded', { numberOfKeys: 2, lua: SUCCEEDED });
    this.commands = redis as unknown as Commands;
  }

  async attempt(source: LoginSource): Promise<number> {
    const { account, address } = FREE_FAILURES;
    const limits = [account, address, FIRST_WAIT_MS, LAST_WAIT_MS, FORGET_MS];
    return this.commands.loginAttempt(...redisKeys(source), ...limits).catch(away);
  }

  async isThere(): Promise<void> {
    await this.redis.ping().catch(away);
  }

  /** A success that cannot be told leaves a failure too many, which is forgotten in time. */
  async succeeded(source: LoginSource): Promise<void> {
    await this.commands.loginSucceeded(...redisKeys(source)).catch(() => undefined);
  }
}

function away(): never {
  throw problem('not-ready', 'Sign-ins are counted in Redis, which is away.', RETRY_AFTER_SECONDS);
}

/** Of one length, whatever was typed as a name. */
function redisKeys(source: LoginSource): string[] {
  return keysOf(source).map(([, key]) => `login:${createHash('sha256').update(key).digest('base64url')}`);
}
