import type { UserRole } from './roles';

/** Why an access holds no more: the codes that clients are told. */
export type Lapse = 'signed-out' | 'token-expired' | 'share-ended';

interface AccessParts<Who> {
  who: Who;
  role: UserRole;
  untilMs: number;
  endsWith: readonly string[];
  lapse: () => Lapse | null;
}

/** The one answer to "may they": who, in which role, by what, and whether that still holds. Asked again whenever it matters. */
export class Access<Who = unknown> {
  /** Who, and from which sign-in or link. */
  readonly who: Who;
  readonly role: UserRole;
  /** When it ends at the latest, in ms since the epoch. */
  readonly untilMs: number;
  /** What ends it when it is revoked (Revocations). */
  readonly endsWith: readonly string[];
  /** Why it holds no more; null while it does. */
  readonly lapse: () => Lapse | null;

  constructor({ who, role, untilMs, endsWith, lapse }: AccessParts<Who>) {
    this.who = who;
    this.role = role;
    this.untilMs = untilMs;
    this.endsWith = endsWith;
    this.lapse = lapse;
  }

  stillHolds(): boolean {
    return this.lapse() === null;
  }
}
