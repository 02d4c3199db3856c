import type { ErrorCode } from '../errors';

const REFUSALS: ReadonlySet<ErrorCode> = new Set([
  'administrators-only',
  'forbidden',
  'origin-refused',
  'own-account',
  'password-sign-in-off',
  // To whom somebody else's session looks as if it did not exist, it is a refusal all the same.
  'session-not-found',
  'sessions-full',
  'sessions-full-user',
  'too-many-requests',
]);

/** Whether an error is an `access.refused`: not a mistake, not a failure, but a no. */
export const isRefusal = (code: ErrorCode): boolean => REFUSALS.has(code);
