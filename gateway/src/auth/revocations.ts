/** Sign-ins (`sid`), single tokens (`jti`) and share links that are over before their time. */

/** Between two searches for what has expired. Milliseconds. */
const FORGET_MS = 60_000;

type Listener = (id: string, untilMs: number) => void;

/**
 * Bounded by time, never by number: an entry that made room for another would let somebody in again. Each has cost its maker a sign-in
 * or a link, which are limited, and goes when what it ends would have ended anyway.
 */
export class Revocations {
  /** Id → when everything that bears it has expired anyway, in ms since the epoch. */
  private readonly untilById = new Map<string, number>();
  private readonly listeners = new Set<Listener>();
  /** Those to whom only what is revoked here is told. */
  private readonly ownListeners = new Set<Listener>();
  private forgetAtMs = 0;

  constructor(private readonly now: () => number = Date.now) {}

  /** `untilMs`: when the last that bears it expires, in ms since the epoch. */
  revoke(id: string, untilMs: number): void {
    this.adopt(id, untilMs);
    for (const listener of this.ownListeners) listener(id, untilMs);
  }

  /** Another gateway has revoked it. */
  adopt(id: string, untilMs: number): void {
    // The later of two times counts: with the earlier one a sign-in would hold again.
    if ((this.untilById.get(id) ?? -Infinity) >= untilMs) return;
    this.forgetExpired();
    this.untilById.set(id, untilMs);
    for (const listener of this.listeners) listener(id, untilMs);
  }

  has(id: string): boolean {
    return (this.untilById.get(id) ?? 0) > this.now();
  }

  /** Calls back with each id that is revoked, at once. Returns the unsubscriber. */
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
    const now = this.now();
    return [...this.untilById].filter(([, untilMs]) => untilMs > now);
  }

  /** Looks at all of them, so not at each of a hundred thousand. */
  private forgetExpired(): void {
    const now = this.now();
    if (now < this.forgetAtMs) return;
    for (const [id, until] of this.untilById) if (until <= now) this.untilById.delete(id);
    this.forgetAtMs = now + FORGET_MS;
  }
}
