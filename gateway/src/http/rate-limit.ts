import type { RequestHandler } from 'express';
import type { Tokens } from '../auth/tokens';
import { AppError, problem } from '../errors';
import { bearerOf } from './authenticate';

/** Callers remembered within a window. Above it the oldest is forgotten and begins anew. */
const MAX_CALLERS = 10_000;

export interface RateLimitOptions {
  windowMs: number;
  maxRequests: number;
}

/** Counts requests by caller in windows that begin with a caller's first. Times are passed in, in milliseconds. */
export class RateLimit {
  private readonly windows = new Map<string, { endsAt: number; used: number }>();

  constructor(private readonly options: RateLimitOptions) {}

  /** Counts one request. `remaining` is negative once there are too many. */
  take(caller: string, now: number): { remaining: number; resetMs: number } {
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

/** Holds each person at each address to the limit. Headers as in draft-ietf-httpapi-ratelimit-headers. */
export function limitRate(options: RateLimitOptions, tokens: Tokens): RequestHandler {
  const limit = new RateLimit(options);
  const policy = `"default";q=${options.maxRequests};w=${Math.ceil(options.windowMs / 1000)}`;
  return (request, response, next) => {
    const caller = `${request.ip ?? ''} ${personOf(tokens, bearerOf(request))}`;
    const { remaining, resetMs } = limit.take(caller, Date.now());
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
    return tokens.verifyAccess(token).sub;
  } catch (error) {
    if (error instanceof AppError) return '';
    throw error;
  }
}
