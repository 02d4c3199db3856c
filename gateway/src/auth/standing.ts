import { isProvidersId } from './oidc/person';
import type { Claims } from './claims';
import type { UserRole } from './roles';
import type { Users } from './users';

/** What people are now, whatever was said of them before. */
export interface Standing {
  /** Whether whoever signed in so is still let in: not disabled, not gone, no other password. */
  isLetIn(claims: Pick<Claims, 'sub' | 'idp' | 'pwd_at'>): boolean;
  /** The role of somebody who had `given` once; null: they are let in no more. */
  roleOf(id: string, given: UserRole): UserRole | null;
}

/**
 * By the user store. No times are compared, for gateways' clocks may differ. People of a provider are in no store of ours: what it
 * said of them holds until SIGN_IN_TTL is over and they are asked for again.
 * @param hasProvider whether people may sign in at a provider
 */
export function standingOf(users: Pick<Users, 'get' | 'isEmpty'>, hasProvider: boolean): Standing {
  return {
    isLetIn: ({ sub, idp, pwd_at: passwordChangedAt }) => {
      if (idp !== undefined) return hasProvider;
      const user = users.get(sub);
      return user !== null && passwordChangedAt === user.passwordChangedAt;
    },
    roleOf: (id, given) => {
      const user = users.get(id);
      if (user !== null) return user.role;
      // A store that was lost or moved away is not everybody's removal.
      return users.isEmpty || (hasProvider && isProvidersId(id)) ? given : null;
    },
  };
}
