import { ApiError, errorOf } from './problem';

export interface User {
  id: string;
  username: string;
  role: 'viewer' | 'user' | 'admin';
}

interface SignedIn {
  token: string;
  /** ISO 8601. */
  expiresAt: string;
  user: User;
}

/** How people sign in at this server. */
export interface SignInMethods {
  password: boolean;
  oidc: { name: string } | null;
}

/** Where the browser begins to sign in at the provider. */
export const OIDC_LOGIN = `${__API_URL__}/auth/oidc/login`;

/** A token is renewed when less than this is left of it. */
const RENEW_BEFORE_MS = 60_000;

/**
 * Who is signed in. The access token is only in memory; what survives a reload is a cookie that scripts cannot read.
 */
export class Account {
  private current: SignedIn | null = null;
  private renewal: Promise<SignedIn> | null = null;
  private timer: ReturnType<typeof setTimeout> | null = null;
  private readonly renewed = new Set<(token: string) => void>();

  get user(): User | null {
    return this.current?.user ?? null;
  }

  async methods(): Promise<SignInMethods> {
    const response = await fetch(`${__API_URL__}/auth/methods`);
    if (!response.ok) throw await errorOf(response);
    return (await response.json()) as SignInMethods;
  }

  async signIn(username: string, password: string): Promise<User> {
    return this.keep((await post('/auth/login', { username, password })) as SignedIn).user;
  }

  /** The user of a sign-in from before, or null. */
  async resume(): Promise<User | null> {
    try {
      return (await this.renew()).user;
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) return null;
      throw error;
    }
  }

  /** A token that is good for a while. @throws ApiError when the person has to sign in again */
  async token(): Promise<string> {
    const { current } = this;
    const left = current === null ? 0 : Date.parse(current.expiresAt) - Date.now();
    return current !== null && left > RENEW_BEFORE_MS / 2 ? current.token : (await this.renew()).token;
  }

  /** Calls back with each renewed token, so that open connections outlive the old one. Returns the unsubscriber. */
  onRenewed(listener: (token: string) => void): () => void {
    this.renewed.add(listener);
    return () => this.renewed.delete(listener);
  }

  /** Where to go to sign out at the provider too, or null. */
  async signOut(): Promise<string | null> {
    const token = this.current?.token;
    this.forget();
    const answer = await post('/auth/logout', undefined, token).catch(() => null);
    return (answer as { endSessionUrl?: string } | null)?.endSessionUrl ?? null;
  }

  async changePassword(current: string, next: string): Promise<void> {
    await post('/auth/password', { current, new: next }, await this.token());
  }

  forget(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.current = null;
  }

  private renew(): Promise<SignedIn> {
    this.renewal ??= post('/auth/refresh', undefined, this.current?.token)
      .then((signedIn) => this.keep(signedIn as SignedIn))
      .finally(() => {
        this.renewal = null;
      });
    return this.renewal;
  }

  private keep(signedIn: SignedIn): SignedIn {
    this.current = signedIn;
    if (this.timer !== null) clearTimeout(this.timer);
    const wait = Math.max(1000, Date.parse(signedIn.expiresAt) - Date.now() - RENEW_BEFORE_MS);
    // Fails silently: the next use of a token tries again, and then it shows.
    this.timer = setTimeout(() => void this.renew().catch(() => undefined), Math.min(wait, 2 ** 31 - 1));
    for (const listener of this.renewed) listener(signedIn.token);
    return signedIn;
  }
}

async function post(path: string, body?: object, token?: string): Promise<unknown> {
  const response = await fetch(__API_URL__ + path, {
    method: 'POST',
    credentials: __API_URL__ === '' ? 'same-origin' : 'include',
    headers: {
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (!response.ok) throw await errorOf(response);
  return response.status === 204 ? null : response.json();
}
