/** Who is behind a request, for the audit log. */
import type { Request, Response } from 'express';
import type { Claims, Subject } from '../auth/claims';
import type { Actor, AuditContext } from '../audit/events';
import { addressOf } from './client-address';
import { requestIdOf } from './request-id';
import { sessionOf } from './session-of';

const known = new WeakMap<Response, Omit<Actor, 'address'>>();

/** The request is this person's. */
export function attribute(response: Response, claims: Pick<Claims, 'sub' | 'name' | 'role'>): void {
  known.set(response, { kind: 'person', id: claims.sub, name: claims.name, role: claims.role });
  // For the request's line in the log.
  response.locals['userId'] = claims.sub;
}

export function attributeSubject(response: Response, { id, username, role }: Subject): void {
  attribute(response, { sub: id, name: username, role });
}

/** Somebody says that they are this user. Only for names that exist: what else is typed there may be a password. */
export function attributeClaim(response: Response, username: string): void {
  known.set(response, { kind: 'unknown', name: username });
}

/** What every audit line of a request says. Reads well after `...`. */
export function by(request: Request, response: Response): AuditContext {
  const actor = known.get(response) ?? { kind: 'unknown' };
  const sessionId = sessionOf(request);
  return {
    actor: { ...actor, address: addressOf(request) },
    requestId: requestIdOf(request),
    ...(sessionId === undefined ? {} : { sessionId }),
  };
}
