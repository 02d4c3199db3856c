/** Refused requests in the audit log: one place for all of them, whichever part refuses. */
import type { ErrorRequestHandler, Request } from 'express';
import type { AuditTrail } from '../audit/audit';
import { isRefusal } from '../audit/refusals';
import type { ErrorCode } from '../errors';
import { AppError, PolicyRefusal } from '../errors';
import { by } from './actor';
import { bearerOf } from './authenticate';
import { refreshCookie } from './sign-in-cookie';

const BAD_TOKEN: ReadonlySet<ErrorCode> = new Set(['unauthorized', 'token-expired', 'signed-out']);

/** Records, and passes the error on. */
export function auditRefusals(audit: AuditTrail): ErrorRequestHandler {
  return (error: unknown, request, response, next) => {
    if (error instanceof AppError) {
      const { code: reason } = error;
      const about = { ...by(request, response), reason };
      if (reason === 'login-failed') audit.record({ event: 'auth.sign-in-failed', method: 'password', ...about });
      else if (reason === 'too-many-logins') audit.record({ event: 'auth.backed-off', ...about });
      else if (error instanceof PolicyRefusal)
        audit.record({ event: 'policy.refused', ...by(request, response), rule: error.rule });
      else if (isRefusal(reason)) audit.record({ event: 'access.refused', ...about });
      else if (BAD_TOKEN.has(reason) && hasToken(request)) audit.record({ event: 'auth.token-refused', ...about });
    }
    next(error);
  };
}

/** Who has nothing to show is only somebody who has not signed in yet. */
const hasToken = (request: Request) => bearerOf(request) !== null || refreshCookie(request) !== null;
