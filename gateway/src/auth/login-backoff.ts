/** How long an account or an address has to wait after failed sign-ins: doubling, capped. */
import { addressGroup } from '../limits/address-group';
import { forgetOldest } from '../limits/forget-oldest';

/** Failures before anybody has to wait: people mistype, and offices share an address. */
export const FREE_FAILURES = { account: 5, address: 20 };
export const FIRST_WAIT_MS = 1000;
/** Long enough that guessing is hopeless; short enough that locking somebody else out is no sport. */
export const LAST_WAIT_MS = 5 * 60_000;
/** A failure is forgotten after this long without another. */
export const FORGET_MS = 60 * 60_000;
/** Accounts and addresses remembered. Above it the oldest is forgotten: who has so many addresses gains little by it. */
const MAX_KEYS = 10_000;

/** Who tries to sign in, as far as is known before the password. Accounts need not exist: all count alike. */
export interface LoginSource {
  username: string;
  address: string;
}

type Kind = keyof typeof FREE_FAILURES;

/** Pure but for its memory; times are passed in, in milliseconds. */
export class LoginBackoff {
  private readonly failures = new Map<string, { count: number; at: number }>();

  /** Milliseconds until this account from this address may try again; 0 for now. */
  waitMs(source: LoginSource, now: number): number {
    return Math.max(...keysOf(source).map(([kind, key]) => this.waitOf(kind, key, now)));
  }

  /** Counts an attempt as failed before its outcome is known, so that a hundred at once do not all pass as the first. */
  attempt(source: LoginSource, now: number): void {
    for (const [, key] of keysOf(source)) {
      const count = this.countOf(key, now) + 1;
      this.failures.delete(key);
      this.failures.set(key, { count, at: now });
    }
    forgetOldest(this.failures, MAX_KEYS);
  }

  /** Forgives the account. The address gets this attempt back and no more: an own account must not buy guesses at others. */
  succeeded(source: LoginSource): void {
    for (const [kind, key] of keysOf(source)) {
      const entry = this.failures.get(key);
      if (kind === 'account' || entry === undefined || entry.count <= 1) this.failures.delete(key);
      else entry.count -= 1;
    }
  }

  private countOf(key: string, now: number): number {
    const entry = this.failures.get(key);
    return entry === undefined || now - entry.at > FORGET_MS ? 0 : entry.count;
  }

  private waitOf(kind: Kind, key: string, now: number): number {
    const excess = this.countOf(key, now) - FREE_FAILURES[kind];
    if (excess < 0) return 0;
    const wait = Math.min(FIRST_WAIT_MS * 2 ** excess, LAST_WAIT_MS);
    return Math.max(0, (this.failures.get(key)?.at ?? 0) + wait - now);
  }
}

/** What an attempt counts against. */
export function keysOf({ username, address }: LoginSource): [Kind, string][] {
  return [
    ['account', `account ${username}`],
    ['address', `address ${addressGroup(address)}`],
  ];
}
