import type { LinkGrant } from '../auth/authority';

/** A link as it is kept. */
export interface Link extends LinkGrant {
  /** SHA-256 of its secret, hex: what is kept cannot be used to watch. */
  secretHash: string;
  /** ISO 8601. */
  createdAt: string;
}

/** Where links are kept: in memory, or in Redis for all gateways. */
export interface LinkStore {
  /** False: the session has `max` already that have not expired. Atomic. */
  add(link: Link, max: number): Promise<boolean>;
  /** Of one session, oldest first. */
  of(sessionId: string): Promise<Link[]>;
  find(secretHash: string): Promise<Link | null>;
  remove(link: Link): Promise<void>;
}

export class MemoryLinks implements LinkStore {
  private readonly links = new Map<string, Link>();

  constructor(private readonly now: () => number = Date.now) {}

  add(link: Link, max: number): Promise<boolean> {
    this.forgetExpired();
    if (this.linksOf(link.sessionId).length >= max) return Promise.resolve(false);
    this.links.set(link.secretHash, link);
    return Promise.resolve(true);
  }

  of(sessionId: string): Promise<Link[]> {
    this.forgetExpired();
    return Promise.resolve(this.linksOf(sessionId));
  }

  find(secretHash: string): Promise<Link | null> {
    return Promise.resolve(this.links.get(secretHash) ?? null);
  }

  remove({ secretHash }: Link): Promise<void> {
    this.links.delete(secretHash);
    return Promise.resolve();
  }

  private linksOf(sessionId: string): Link[] {
    return [...this.links.values()].filter((link) => link.sessionId === sessionId);
  }

  private forgetExpired(): void {
    for (const [hash, { expiresAt }] of this.links) if (Date.parse(expiresAt) <= this.now()) this.links.delete(hash);
  }
}
