import type { Request, Response } from 'express';
import type { Access } from '../auth/access';
import type { Person } from '../auth/authority';
import type { Tokens } from '../auth/tokens';
import { AppError, problem } from '../errors';
import type { Metrics } from '../metrics/metrics';
import { attribute } from './actor';

/** Who asks, by the access token of the request. @throws AppError unauthorized, token-expired, signed-out */
export type Authenticate = (request: Request, response: Response) => Access<Person>;

export function authenticator(
  tokens: Tokens,
  metrics: Metrics,
  tokenOf: (request: Request) => string | null = bearerOf,
): Authenticate {
  return (request, response) => {
    const token = tokenOf(request);
    if (token === null) throw problem('unauthorized');
    try {
      const access = tokens.verifyAccess(token);
      attribute(response, access.who.claims);
      return access;
    } catch (error) {
      if (error instanceof AppError) metrics.authFailures.inc({ reason: error.code });
      throw error;
    }
  };
}

export function bearerOf(request: Request): string | null {
  return /^Bearer ([\w.-]+)$/i.exec(request.headers.authorization ?? '')?.[1] ?? null;
}
