/** How many REST requests a person, and an address, may make. */
import { createHash } from 'node:crypto';
import type { RequestHandler, Response } from 'express';
import type { Tokens } from '../auth/tokens';
import { AppError, problem } from '../errors';
import { addressGroup } from '../limits/address-group';
import type { Window } from '../limits/windows';
import { Windows } from '../limits/windows';
import type { RedisClient } from '../redis/connection';
import { bearerOf } from './authenticate';
import { addressOf } from './client-address';

export interface RateLimitOptions {
  windowMs: number;
  /** Of a person, wherever they are; of all who have not signed in at one address. */
  maxRequests: number;
  /** Of everybody at one address. */
  maxRequestsPerAddress: number;
}

/** Counts one request of a caller. */
export type CountRequest = (caller: string) => Promise<Window>;

/** KEYS: window; ARGV: ms. */
const COUNT = `
  local used = redis.call('INCR', KEYS[1])
  if used == 1 then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end
  return {used, redis.call('PTTL', KEYS[1])}`;

/** Counts for all gateways together; each for itself while Redis is away. */
export function requestCounter({ windowMs }: RateLimitOptions, redis: RedisClient | null): CountRequest {
  const alone = new Windows(windowMs);
  const countAlone = (caller: string) => Promise.resolve(alone.take(caller, Date.now()));
  if (redis === null) return countAlone;
  redis.defineCommand('countRequest', { numberOfKeys: 1, lua: COUNT });
  const commands = redis as unknown as { countRequest(key: string, windowMs: number): Promise<[number, number]> };
  return async (caller) => {
    try {
      const key = `rate:${createHash('sha256').update(caller).digest('base64url')}`;
      const [used, resetMs] = await commands.countRequest(key, windowMs);
      return { used, resetMs };
    } catch {
      return countAlone(caller);
    }
  };
}

/** A request must be within both limits. The headers (draft-ietf-httpapi-ratelimit-headers) tell of the narrower. */
export function limitRate(options: RateLimitOptions, count: CountRequest, tokens: Tokens): RequestHandler {
  const { windowMs, maxRequests, maxRequestsPerAddress } = options;
  const take = async (caller: string, max: number) => ({ max, ...(await count(caller)) });
  return async (request, response, next) => {
    const address = addressGroup(addressOf(request));
    const person = personOf(tokens, bearerOf(request));
    const [one, all] = await Promise.all([
      take(person === null ? `nobody ${address}` : `person ${person}`, maxRequests),
      take(`address ${address}`, maxRequestsPerAddress),
    ]);
    const narrower = all.max - all.used < one.max - one.used ? all : one;
    tell(response, narrower, Math.ceil(windowMs / 1000));
    if (narrower.used > narrower.max) throw problem('too-many-requests', undefined, secondsUntilReset(narrower));
    next();
  };
}

const secondsUntilReset = ({ resetMs }: Window) => Math.ceil(resetMs / 1000);

function tell(response: Response, window: Window & { max: number }, windowSeconds: number): void {
  const { max, used } = window;
  response.setHeader('RateLimit-Policy', `"default";q=${max};w=${windowSeconds}`);
  response.setHeader('RateLimit', `"default";r=${Math.max(0, max - used)};t=${secondsUntilReset(window)}`);
}

/** A made-up token must not make a new caller. */
function personOf(tokens: Tokens, token: string | null): string | null {
  if (token === null) return null;
  try {
    return tokens.verifyAccess(token).who.claims.sub;
  } catch (error) {
    if (error instanceof AppError) return null;
    throw error;
  }
}
