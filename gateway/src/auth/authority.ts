import { Access } from './access';
import type { Claims } from './claims';
import type { Keyset } from './keyset';
import type { Revocations } from './revocations';
import type { UserRole } from './roles';
import { isAtLeast } from './roles';
import type { Standing } from './standing';

/** Somebody who has signed in. */
export interface Person {
  kind: 'person';
  claims: Claims;
}

/** Whoever has a link. */
export interface Guest {
  kind: 'guest';
  shareId: string;
  sessionId: string;
}

/** Whose a session is; they need not be signed in. */
export interface Owner {
  kind: 'owner';
  id: string;
}

/** What lets whoever has its secret watch a session. */
export interface LinkGrant {
  id: string;
  sessionId: string;
  /** User id of the session's owner. */
  owner: string;
  /** Who made it, and in which role. */
  maker: { id: string; role: UserRole };
  /** ISO 8601. */
  expiresAt: string;
}

/** Who may do what, from everything that can end it: keys, sign-outs, the people, links that are taken back, time. */
export class Authority {
  constructor(
    private readonly keyset: Pick<Keyset, 'holds'>,
    private readonly revocations: Revocations,
    private readonly standing: Standing,
    private readonly now: () => number = Date.now,
  ) {}

  /** By an access token. It holds for the role that it names, and for no other that its person has now. */
  person(claims: Claims): Access<Person> {
    return new Access({
      who: { kind: 'person', claims },
      role: claims.role,
      untilMs: claims.exp * 1000,
      afterwards: 'token-expired',
      endsWith: [claims.jti, claims.sid],
      withdrawn: () => {
        if (!this.isSignedIn(claims)) return 'signed-out';
        // A fresh token has the other role.
        return this.isRoleOf(claims) ? null : 'token-expired';
      },
      now: this.now,
    });
  }

  /** By a link. It gives no more than its maker could give now. */
  guest({ id, sessionId, owner, maker, expiresAt }: LinkGrant): Access<Guest> {
    return new Access({
      who: { kind: 'guest', shareId: id, sessionId },
      role: 'viewer',
      untilMs: Date.parse(expiresAt),
      afterwards: 'share-ended',
      endsWith: [id],
      withdrawn: () => {
        const role = this.standing.roleOf(maker.id, maker.role);
        const mayGive = role === 'admin' || (role !== null && maker.id === owner);
        return mayGive && !this.revocations.has(id) ? null : 'share-ended';
      },
      now: this.now,
    });
  }

  /**
   * For what a session does by itself, as long as its owner may have sessions, and may do what they could when it was started.
   * @param session of one from before its role was kept, it was a user's
   */
  owner({ owner: id, launch }: { owner: string; launch?: { role: UserRole } }): Access<Owner> {
    const given = launch?.role ?? 'user';
    return new Access({
      who: { kind: 'owner', id },
      role: given,
      untilMs: Infinity,
      afterwards: 'signed-out',
      endsWith: [],
      withdrawn: () => {
        const role = this.standing.roleOf(id, given);
        return role !== null && role !== 'viewer' && isAtLeast(role, given) ? null : 'signed-out';
      },
      now: this.now,
    });
  }

  /** Whether the sign-in of a token holds, whatever the role and the time. */
  isSignedIn(claims: Claims): boolean {
    const { jti, sid, signedBy } = claims;
    const isRevoked = this.revocations.has(jti) || this.revocations.has(sid);
    return !isRevoked && this.keyset.holds(signedBy) && this.standing.isLetIn(claims);
  }

  /** @param untilMs when the last token of the sign-in expires, in ms since the epoch */
  endSignIn({ sid }: Claims, untilMs: number): void {
    this.revocations.revoke(sid, untilMs);
  }

  endLink({ id, expiresAt }: Pick<LinkGrant, 'id' | 'expiresAt'>): void {
    this.revocations.revoke(id, Date.parse(expiresAt));
  }

  /** Calls back with what was revoked: an access that `endsWith` it has ended. Returns the unsubscriber. */
  subscribe(listener: (id: string) => void): () => void {
    return this.revocations.subscribe(listener);
  }

  private isRoleOf({ sub, role, idp }: Claims): boolean {
    return idp !== undefined || this.standing.roleOf(sub, role) === role;
  }
}
