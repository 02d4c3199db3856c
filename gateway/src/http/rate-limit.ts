import { createHash } from 'node:crypto';
import type { RequestHandler } from 'express';
import type { Tokens } from '../auth/tokens';
import { AppError, problem } from '../errors';
import type { RedisClient } from '../redis/connection';
import { bearerOf } from './authenticate';

/** Callers remembered within a window. Above it the oldest is forgotten and begins anew. */
const MAX_CALLERS = 10_000;

export interface RateLimitOptions {
  windowMs: number;
  maxRequests: number;
}

/** A caller's window as it is after a request. `remaining` is negative once there are too many. */
export interface RateWindow {
  remaining: number;
  resetMs: number;
}

/** Counts one request. */
export type CountRequest = (caller: string) => Promise<RateWindow>;

/** Counts requests by caller in windows that begin with a caller's first. Times are passed in, in milliseconds. */
export class RateLimit {
  private readonly windows = new Map<string, { endsAt: number; used: number }>();

  constructor(private readonly options: RateLimitOptions) {}

  take(caller: string, now: number): RateWindow {
    let window = this.windows.get(caller);
    if (window === undefined || window.endsAt <= now) {
      window = { endsAt: now + this.options.windowMs, used: 0 };
      this.windows.delete(caller);
      this.windows.set(caller, window);
      this.forgetOldest();
    }
    window.used += 1;
    return { remaining: this.options.maxRequests - window.used, resetMs: window.endsAt - now };
  }

  private forgetOldest(): void {
    for (const oldest of this.windows.keys()) {
      if (this.windows.size <= MAX_CALLERS) return;
      this.windows.delete(oldest);
    }
  }
}

/** KEYS: window; ARGV: ms. */
const COUNT = `
  local used = redis.call('INCR', KEYS[1])
  if used == 1 then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end
  return {used, redis.call('PTTL', KEYS[1])}`;

/** Counts for all gateways together; each for itself while Redis is away. */
export function requestCounter(options: RateLimitOptions, redis: RedisClient | null): CountRequest {
  const alone = new RateLimit(options);
  const countAlone = (caller: string) => Promise.resolve(alone.take(caller, Date.now()));
  if (redis === null) return countAlone;
  redis.defineCommand('countRequest', { numberOfKeys: 1, lua: COUNT });
  const commands = redis as unknown as { countRequest(key: string, windowMs: number): Promise<[number, number]> };
  return async (caller) => {
    try {
      const key = `rate:${createHash('sha256').update(caller).digest('base64url')}`;
      const [used, resetMs] = await commands.countRequest(key, options.windowMs);
      return { remaining: options.maxRequests - used, resetMs };
    } catch {
      return countAlone(caller);
    }
  };
}

/** Holds each person at each address to the limit. Headers as in draft-ietf-httpapi-ratelimit-headers. */
export function limitRate(options: RateLimitOptions, count: CountRequest, tokens: Tokens): RequestHandler {
  const policy = `"default";q=${options.maxRequests};w=${Math.ceil(options.windowMs / 1000)}`;
  return async (request, response, next) => {
    const { remaining, resetMs } = await count(`${request.ip ?? ''} ${personOf(tokens, bearerOf(request))}`);
    const resetSeconds = Math.ceil(resetMs / 1000);
    response.setHeader('RateLimit-Policy', policy);
    response.setHeader('RateLimit', `"default";r=${Math.max(0, remaining)};t=${resetSeconds}`);
    if (remaining < 0) throw problem('too-many-requests', undefined, resetSeconds);
    next();
  };
}

/** A made-up token must not make a new caller. */
function personOf(tokens: Tokens, token: string | null): string {
  if (token === null) return '';
  try {
    return tokens.verifyAccess(token).who.claims.sub;
  } catch (error) {
    if (error instanceof AppError) return '';
    throw error;
  }
}
