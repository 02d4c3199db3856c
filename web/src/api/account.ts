import { backoffMs } from '../connection/backoff';
import type { Access, User } from './access';
import { isUsable, parseAccess, renewalIn } from './access';
import { ApiError, errorOf } from './problem';
import { SignInNeeded } from './sign-in-needed';

export type { User } from './access';

/** How people sign in at this server. */
export interface SignInMethods {
  password: boolean;
  oidc: { name: string } | null;
}

/** A request into a dead network may never end, and all others would wait for the token that it is to bring. Milliseconds. */
const RENEWAL_TIMEOUT_MS = 10_000;
/** A busy server takes some seconds for a password. Milliseconds. */
const SIGN_IN_TIMEOUT_MS = 30_000;
/** Towards the end of a sign-in its tokens live ever shorter. Milliseconds. */
const MIN_RENEWAL_WAIT_MS = 1000;
/** setTimeout takes no longer waits. */
const MAX_TIMEOUT_MS = 2 ** 31 - 1;

/**
 * Who is signed in. The access token is only in memory; what survives a reload is a cookie that scripts cannot read. Only a 401 ends
 * a sign-in: whatever else keeps a token from being renewed passes by itself, and is tried again.
 */
export class Account {
  private current: Access | null = null;
  private renewal: Promise<Access> | null = null;
  private timer: ReturnType<typeof setTimeout> | null = null;
  /** Renewals in the background that have failed in a row. */
  private failures = 0;
  private readonly renewed = new Set<(token: string) => void>();
  private readonly ended = new Set<(why: string) => void>();

  /** @param url of the server; the page's own if empty */
  constructor(readonly url: string) {}

  /** Where the browser begins to sign in at the provider. */
  get oidcLogin(): string {
    return `${this.url}/auth/oidc/login`;
  }

  async methods(): Promise<SignInMethods> {
    const response = await fetch(`${this.url}/auth/methods`, { signal: AbortSignal.timeout(RENEWAL_TIMEOUT_MS) });
    if (!response.ok) throw await errorOf(response);
    return (await response.json()) as SignInMethods;
  }

  async signIn(username: string, password: string): Promise<User> {
    return this.keep(await this.access('/auth/login', { username, password })).user;
  }

  /** The user of a sign-in from before, or null if there is none. @throws when that cannot be found out now */
  async resume(): Promise<User | null> {
    try {
      return (await this.renew()).user;
    } catch (error) {
      if (error instanceof SignInNeeded) return null;
      throw error;
    }
  }

  /**
   * A token that is good for a while.
   * @param rejected one that the server does not take, whatever its time says
   * @throws SignInNeeded when only the person can help; anything else passes by itself
   */
  async token(rejected: string | null = null): Promise<string> {
    const { current } = this;
    const isGood = current !== null && current.token !== rejected && isUsable(current, Date.now());
    return isGood ? current.token : (await this.renew()).token;
  }

  /** Calls back with each renewed token, so that open connections outlive the old one. Returns the unsubscriber. */
  onRenewed(listener: (token: string) => void): () => void {
    this.renewed.add(listener);
    return () => this.renewed.delete(listener);
  }

  /** Calls back with the reason when the server no longer knows the sign-in. Returns the unsubscriber. */
  onEnded(listener: (why: string) => void): () => void {
    this.ended.add(listener);
    return () => this.ended.delete(listener);
  }

  /** Renews a token that has become old while the machine slept or the network was away. */
  look(): void {
    if (this.current !== null && renewalIn(this.current, Date.now()) <= 0) this.renewInBackground();
  }

  /** Whether the sign-in would survive a reload of the page: browsers can be told to refuse cookies. */
  async isKept(): Promise<boolean> {
    try {
      await this.access('/auth/refresh');
      return true;
    } catch (error) {
      return !isUnauthorized(error);
    }
  }

  /** Where to go to sign out at the provider too, or null. @throws when the server could not be told: the cookie is still good */
  async signOut(): Promise<string | null> {
    const response = await this.post('/auth/logout', undefined, this.current?.token).catch((error: unknown) => {
      if (isUnauthorized(error)) return null;
      throw error;
    });
    const answer: unknown = response?.status === 200 ? await response.json() : null;
    this.forget();
    return (answer as { endSessionUrl?: string } | null)?.endSessionUrl ?? null;
  }

  async changePassword(current: string, next: string): Promise<void> {
    this.keep(await this.access('/auth/password', { current, new: next }, await this.token()));
  }

  forget(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.current = null;
  }

  private renew(): Promise<Access> {
    this.renewal ??= this.renewOnce().finally(() => {
      this.renewal = null;
    });
    return this.renewal;
  }

  private async renewOnce(): Promise<Access> {
    const before = this.current;
    try {
      const access = await this.refreshed();
      if (before !== null && access.user.id !== before.user.id)
        throw new SignInNeeded(`${access.user.username} has signed in with this browser. Sign in again.`);
      if (this.current === before) return this.keep(access);
      if (this.current === null) throw new SignInNeeded('You have signed out.');
      return this.current;
    } catch (error) {
      if (error instanceof SignInNeeded && before !== null && this.current === before) {
        this.forget();
        for (const listener of this.ended) listener(error.message);
      }
      throw error;
    }
  }

  /** By the cookie: no access token renews itself. */
  private async refreshed(): Promise<Access> {
    try {
      return await this.access('/auth/refresh');
    } catch (error) {
      throw isUnauthorized(error) ? new SignInNeeded(error.message) : error;
    }
  }

  private keep(access: Access): Access {
    this.current = access;
    this.failures = 0;
    this.renewAfter(renewalIn(access, Date.now()));
    for (const listener of this.renewed) listener(access.token);
    return access;
  }

  private renewAfter(waitMs: number): void {
    if (this.timer !== null) clearTimeout(this.timer);
    const wait = Math.min(Math.max(MIN_RENEWAL_WAIT_MS, waitMs), MAX_TIMEOUT_MS);
    this.timer = setTimeout(() => this.renewInBackground(), wait);
  }

  private renewInBackground(): void {
    this.renew().catch((error: unknown) => {
      if (error instanceof SignInNeeded || this.current === null) return;
      this.renewAfter(backoffMs(this.failures, Math.random()));
      this.failures += 1;
    });
  }

  private async access(path: string, body?: object, token?: string): Promise<Access> {
    const response = await this.post(path, body, token);
    const sentAt = Date.parse(response.headers.get('date') ?? '');
    return parseAccess(await response.json(), sentAt, Date.now());
  }

  /** @throws ApiError for what the server, or a proxy before it, refuses; TypeError or DOMException when nobody answers */
  private async post(path: string, body?: object, token?: string): Promise<Response> {
    const response = await fetch(this.url + path, {
      method: 'POST',
      credentials: this.url === '' ? 'same-origin' : 'include',
      headers: {
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(body === undefined ? RENEWAL_TIMEOUT_MS : SIGN_IN_TIMEOUT_MS),
    });
    if (!response.ok) throw await errorOf(response);
    return response;
  }
}

const isUnauthorized = (error: unknown): error is ApiError => error instanceof ApiError && error.status === 401;
