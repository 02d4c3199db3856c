import { Access } from './access';
import type { Lapse } from './access';
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
    const untilMs = claims.exp * 1000;
    const lapse = (): Lapse | null => {
      if (!this.isSignedIn(claims)) return 'signed-out';
      // Where the role is another now, a fresh token has it.
      return this.isRoleOf(claims) && this.now() < untilMs ? null : 'token-expired';
    };
    const endsWith = [claims.jti, claims.sid];
    return new Access({ who: { kind: 'person', claims }, role: claims.role, untilMs, endsWith, lapse });
  }

  /** By a link. It gives no more than its maker could give now. */
  guest(link: LinkGrant): Access<Guest> {
    const { id: shareId, sessionId, owner, maker } = link;
    const untilMs = Date.parse(link.expiresAt);
    const lapse = () => {
      const role = this.standing.roleOf(maker.id, maker.role);
      const mayGive = role === 'admin' || (role !== null && maker.id === owner);
      return mayGive && this.now() < untilMs && !this.revocations.has(shareId) ? null : 'share-ended';
    };
    return new Access({
      who: { kind: 'guest', shareId, sessionId },
      role: 'viewer',
      untilMs,
      endsWith: [shareId],
      lapse,
    });
  }

  /**
   * For what a session does by itself, as long as its owner may have sessions, and may do what they could when it was started.
   * @param given the role by which it was started
   */
  owner(id: string, given: UserRole): Access<Owner> {
    const lapse = () => {
      const role = this.standing.roleOf(id, given);
      return role !== null && role !== 'viewer' && isAtLeast(role, given) ? null : 'signed-out';
    };
    return new Access({ who: { kind: 'owner', id }, role: given, untilMs: Infinity, endsWith: [], lapse });
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
