/** Tokens (`jti`) and sign-ins (`sid`) that are over before their time. */

/** An entry is about 100 bytes; this many sign-outs within one sign-in's lifetime take weeks of password hashing. */
const MAX_REVOCATIONS = 100_000;

type Listener = (id: string, untilMs: number) => void;

export class Revocations {
  /** Id → when every token that bears it has expired anyway, in ms since the epoch. */
  private readonly untilById = new Map<string, number>();
  private readonly listeners = new Set<Listener>();
  /** Those to whom only what is revoked here is told. */
  private readonly ownListeners = new Set<Listener>();

  constructor(private readonly now: () => number = Date.now) {}

  /** `id` is a `jti` or a `sid`; `untilMs` when the last token bearing it expires, in ms since the epoch. */
  revoke(id: string, untilMs: number): void {
    this.adopt(id, untilMs);
    for (const listener of this.ownListeners) listener(id, untilMs);
  }

  /** Another gateway has revoked it. */
  adopt(id: string, untilMs: number): void {
    if (this.untilById.has(id)) return;
    this.forgetExpired();
    if (this.untilById.size >= MAX_REVOCATIONS) this.forgetOldest();
    this.untilById.set(id, untilMs);
    for (const listener of this.listeners) listener(id, untilMs);
  }

  isRevoked(claims: { jti: string; sid: string }): boolean {
    return this.untilById.has(claims.jti) || this.untilById.has(claims.sid);
  }

  /** Calls back with each revoked `jti` or `sid`, at once. Returns the unsubscriber. */
  subscribe(listener: Listener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** As `subscribe`, but only what was revoked by this gateway. */
  subscribeOwn(listener: Listener): () => void {
    this.ownListeners.add(listener);
    return () => this.ownListeners.delete(listener);
  }

  /** Everything revoked that has not expired. */
  entries(): [id: string, untilMs: number][] {
    this.forgetExpired();
    return [...this.untilById];
  }

  private forgetExpired(): void {
    for (const [id, until] of this.untilById) if (until <= this.now()) this.untilById.delete(id);
  }

  private forgetOldest(): void {
    for (const id of this.untilById.keys()) {
      this.untilById.delete(id);
      return;
    }
  }
}
