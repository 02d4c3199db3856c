/** The back-off after failed sign-ins, of one gateway or of all that share a Redis. */
import { createHash } from 'node:crypto';
import { problem } from '../errors';
import type { RedisClient } from '../redis/connection';
import { keysAre } from '../redis/foreign-keys';
import { SERVER_TIME } from '../redis/server-time';
import type { Failures, Known, LoginSource } from './login-backoff';
import { FORGET_MS, LoginBackoff, afterAttempt, afterSuccess, keysOf, waitMs } from './login-backoff';

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
    const wait = this.backoff.waitMs(source, now);
    if (wait === 0) this.backoff.attempt(source, now);
    return Promise.resolve(wait);
  }

  succeeded(source: LoginSource): Promise<void> {
    this.backoff.succeeded(source);
    return Promise.resolve();
  }

  isThere(): Promise<void> {
    return Promise.resolve();
  }
}

/** KEYS: account, address. Gives Redis's time, and what is known of each: `count at`, or nothing. */
const KNOWN = `
  ${keysAre('string', 'string')}
  ${SERVER_TIME}
  return {now, redis.call('GET', KEYS[1]) or '', redis.call('GET', KEYS[2]) or ''}`;

/** KEYS: account, address; ARGV: what was known of each, what is to be, ms to forget. Gives 0 if somebody else was quicker. */
const REPLACE = `
  for key = 1, 2 do
    if (redis.call('GET', KEYS[key]) or '') ~= ARGV[key] then return 0 end
  end
  for key = 1, 2 do
    local next = ARGV[key + 2]
    if next == '' then redis.call('DEL', KEYS[key])
    elseif next ~= ARGV[key] then redis.call('SET', KEYS[key], next, 'PX', ARGV[5]) end
  end
  return 1`;

interface Commands {
  loginKnown(...keys: string[]): Promise<[now: number, account: string, address: string]>;
  loginReplace(...keysAndArguments: (string | number)[]): Promise<number>;
}

/** When to ask again while Redis is away. Seconds. */
const RETRY_AFTER_SECONDS = 2;
/** Each time, another attempt was counted; who is held counts none. So this many come between only by an attack. */
const TRIES = 100;

/** While Redis is away nobody signs in: guesses would not be counted. */
export class SharedLoginLimit implements LoginLimit {
  private readonly commands: Commands;

  constructor(private readonly redis: RedisClient) {
    redis.defineCommand('loginKnown', { numberOfKeys: 2, lua: KNOWN });
    redis.defineCommand('loginReplace', { numberOfKeys: 2, lua: REPLACE });
    this.commands = redis as unknown as Commands;
  }

  async attempt(source: LoginSource): Promise<number> {
    let wait = 0;
    await this.change(source, (known, now) => {
      wait = waitMs(known, now);
      return wait === 0 ? afterAttempt(known, now) : null;
    }).catch(away);
    return Math.ceil(wait);
  }

  async isThere(): Promise<void> {
    await this.redis.ping().catch(away);
  }

  /** A success that cannot be told leaves a failure too many, which is forgotten in time. */
  async succeeded(source: LoginSource): Promise<void> {
    await this.change(source, afterSuccess).catch(() => undefined);
  }

  /** Decides by what all gateways know, and decides again if that has changed meanwhile. @param decide null: leaves it as it is */
  private async change(source: LoginSource, decide: (known: Known, now: number) => Known | null): Promise<void> {
    const keys = redisKeys(source);
    for (let tries = 0; tries < TRIES; tries += 1) {
      const [now, account, address] = await this.commands.loginKnown(...keys);
      const next = decide({ account: parsed(account), address: parsed(address) }, now);
      if (next === null) return;
      const change = [account, address, told(next.account), told(next.address), FORGET_MS];
      if ((await this.commands.loginReplace(...keys, ...change)) === 1) return;
    }
    throw new Error('too many sign-ins at once');
  }
}

function away(): never {
  throw problem('not-ready', 'Sign-ins are counted in Redis, which is away.', RETRY_AFTER_SECONDS);
}

/** Of one length, whatever was typed as a name. */
function redisKeys(source: LoginSource): string[] {
  const { account, address } = keysOf(source);
  return [account, address].map((key) => `login-failures:${createHash('sha256').update(key).digest('base64url')}`);
}

const told = (failures: Failures | null) => (failures === null ? '' : `${failures.count} ${failures.at}`);

/** What others may have written there counts for nothing. */
function parsed(text: string): Failures | null {
  const [, count, at] = /^(\d{1,9}) (\d{1,15})$/.exec(text) ?? [];
  return count === undefined || at === undefined ? null : { count: Number(count), at: Number(at) };
}
