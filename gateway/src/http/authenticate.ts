import type { Request, Response } from 'express';
import type { Claims, Tokens } from '../auth/tokens';
import { AppError, problem } from '../errors';
import type { Metrics } from '../metrics/metrics';
import { attribute } from './actor';

/** Who asks, by the access token of the request. @throws AppError unauthorized, token-expired, signed-out */
export type Authenticate = (request: Request, response: Response) => Claims;

export function authenticator(
  tokens: Tokens,
  metrics: Metrics,
  tokenOf: (request: Request) => string | null = bearerOf,
): Authenticate {
  return (request, response) => {
    const token = tokenOf(request);
    if (token === null) throw problem('unauthorized');
    try {
      const claims = tokens.verifyAccess(token);
      attribute(response, claims);
      return claims;
    } catch (error) {
      if (error instanceof AppError) metrics.authFailures.inc({ reason: error.code });
      throw error;
    }
  };
}

export function bearerOf(request: Request): string | null {
  return /^Bearer ([\w.-]+)$/i.exec(request.headers.authorization ?? '')?.[1] ?? null;
}
