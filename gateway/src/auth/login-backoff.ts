/** How long an account or an address has to wait after failed sign-ins: doubling, capped. */
import { addressGroup } from '../limits/address-group';
import { forgetOldest } from '../limits/forget-oldest';

/** Failures before anybody has to wait: people mistype, and offices share an address. */
export const FREE_FAILURES = { account: 5, address: 20 };
const FIRST_WAIT_MS = 1000;
/** Long enough that guessing is hopeless; short enough that locking somebody else out is no sport. */
const LAST_WAIT_MS = 5 * 60_000;
/** A failure is forgotten after this long without another. */
export const FORGET_MS = 60 * 60_000;
/** Accounts and addresses remembered. Above it the oldest is forgotten: who has so many addresses gains little by it. */
const MAX_KEYS = 10_000;

/** Who tries to sign in, as far as is known before the password. Accounts need not exist: all count alike. */
export interface LoginSource {
  username: string;
  address: string;
}

/** What an attempt counts against. */
type Kind = keyof typeof FREE_FAILURES;

/** How often it has failed, and when for the last time. */
export interface Failures {
  count: number;
  at: number;
}

/** Null: no failure is remembered. */
export type Known = Record<Kind, Failures | null>;

/** Milliseconds until the next attempt may be made; 0 for now. */
export function waitMs(known: Known, now: number): number {
  return Math.max(waitOf('account', known.account, now), waitOf('address', known.address, now));
}

/** An attempt counts as failed before its outcome is known, so that a hundred at once do not all pass as the first. */
export function afterAttempt({ account, address }: Known, now: number): Known {
  const next = (before: Failures | null) => ({ count: countOf(before, now) + 1, at: now });
  return { account: next(account), address: next(address) };
}

/** Forgives the account. The address gets this attempt back and no more: an own account must not buy guesses at others. */
export function afterSuccess({ address }: Known): Known {
  return {
    account: null,
    address: address === null || address.count <= 1 ? null : { ...address, count: address.count - 1 },
  };
}

/** Under which what is known of a source is kept. */
export function keysOf({ username, address }: LoginSource): Record<Kind, string> {
  return { account: `account ${username}`, address: `address ${addressGroup(address)}` };
}

function countOf(failures: Failures | null, now: number): number {
  return failures === null || now - failures.at > FORGET_MS ? 0 : failures.count;
}

function waitOf(kind: Kind, failures: Failures | null, now: number): number {
  const excess = countOf(failures, now) - FREE_FAILURES[kind];
  if (failures === null || excess < 0) return 0;
  return Math.max(0, failures.at + Math.min(FIRST_WAIT_MS * 2 ** excess, LAST_WAIT_MS) - now);
}

/** What one gateway remembers. Times are passed in, in milliseconds. */
export class LoginBackoff {
  private readonly failures = new Map<string, Failures>();

  waitMs(source: LoginSource, now: number): number {
    return waitMs(this.known(source), now);
  }

  attempt(source: LoginSource, now: number): void {
    this.remember(source, afterAttempt(this.known(source), now));
  }

  succeeded(source: LoginSource): void {
    this.remember(source, afterSuccess(this.known(source)));
  }

  private known(source: LoginSource): Known {
    const { account, address } = keysOf(source);
    return { account: this.failures.get(account) ?? null, address: this.failures.get(address) ?? null };
  }

  private remember(source: LoginSource, known: Known): void {
    const keys = keysOf(source);
    for (const kind of ['account', 'address'] as const) {
      // Behind all others: the oldest is the one that nobody has tried for the longest time.
      this.failures.delete(keys[kind]);
      const failures = known[kind];
      if (failures !== null) this.failures.set(keys[kind], failures);
    }
    forgetOldest(this.failures, MAX_KEYS);
  }
}
