import type { UserRole } from './roles';

/** Why an access holds no more: the codes that clients are told. */
export type Lapse = 'signed-out' | 'token-expired' | 'share-ended';

/** Between two looks whether an access was withdrawn that something long goes by. Milliseconds. */
const LOOK_MS = 2000;

interface AccessParts<Who> {
  who: Who;
  role: UserRole;
  /** When it ends at the latest, in ms since the epoch, and as what. */
  untilMs: number;
  afterwards: Lapse;
  endsWith: readonly string[];
  withdrawn: () => Lapse | null;
  now: () => number;
}

/** The one answer to "may they": who, in which role, by what, and whether that still holds. Asked again whenever it matters. */
export class Access<Who = unknown> {
  /** Who, and from which sign-in or link. */
  readonly who: Who;
  readonly role: UserRole;
  readonly untilMs: number;
  /** What ends it when it is revoked (Revocations). */
  readonly endsWith: readonly string[];

  constructor(private readonly parts: AccessParts<Who>) {
    ({ who: this.who, role: this.role, untilMs: this.untilMs, endsWith: this.endsWith } = parts);
  }

  stillHolds(): boolean {
    return this.lapse() === null;
  }

  /** Why it holds no more; null while it does. */
  lapse(): Lapse | null {
    const { afterwards, now } = this.parts;
    return this.withdrawn() ?? (now() < this.untilMs ? null : afterwards);
  }

  /** Why it would hold no more whatever the time is; null if only time can have ended it. */
  withdrawn(): Lapse | null {
    return this.parts.withdrawn();
  }

  /**
   * For what was begun while it held, and may take longer than it holds: aborts when it is withdrawn, at the latest a look later.
   * @param done ends the looking; it has to abort some time
   */
  whileNotWithdrawn(done: AbortSignal): AbortSignal {
    const ended = new AbortController();
    if (done.aborted) return ended.signal;
    const timer = setInterval(() => {
      if (this.withdrawn() !== null) ended.abort();
    }, LOOK_MS).unref();
    done.addEventListener('abort', () => clearInterval(timer), { once: true });
    return ended.signal;
  }
}
