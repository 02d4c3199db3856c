import type { Claims } from './tokens';
import type { Users } from './users';

/** Whether what a token says still holds of its person. */
export type Standing = (claims: Claims) => boolean;

/**
 * By the user store: a sign-in is over when its user is disabled or gone, or has a new password. No times are compared, for
 * gateways' clocks may differ. People of a provider
 * are in no store of ours, and are asked for again when SIGN_IN_TTL is over.
 */
export function standingOf(users: Pick<Users, 'get'>): Standing {
  return (claims) => {
    if (claims.idp !== undefined) return true;
    const user = users.get(claims.sub);
    return user !== null && claims.pwd_at === user.passwordChangedAt;
  };
}
