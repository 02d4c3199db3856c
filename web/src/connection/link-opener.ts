import { background } from '@claude-webui/protocol';
import type { StatusCode } from '@claude-webui/protocol';
import { SignInNeeded } from '../api/sign-in-needed';
import { backoffMs } from './backoff';
import type { Link } from './link';

export type Credential = { token: string } | { share: string };

export interface LinkOpenerOptions {
  /**
   * Asked at each try; a token near its end should be renewed then, and so should `rejected`, the one that the server has just
   * refused. Rejects with SignInNeeded when only the person can help, and with anything else to be asked again later.
   */
  credential: (rejected: string | null) => Promise<Credential>;
  /** How long that may take, in milliseconds: a request into a dead network may never end. */
  credentialMs: number;
  /** Opens a link. What it says of its end goes to `dismissed` and `lost` until it is attached. */
  open: (credential: Credential) => Link;
}

export interface LinkOpenerListener {
  /** A try begins now (null) or at `at`, in milliseconds since the epoch. `attempt`: how many have failed. */
  trying(at: number | null, attempt: number): void;
  /** There is no use in trying. */
  refused(code: StatusCode): void;
}

/** Passes by itself. */
export const PASSING: ReadonlySet<StatusCode> = new Set([
  'draining',
  'runner-unreachable',
  'not-ready',
  'input-gap',
  // What was not taken is kept, and sent again.
  'too-much-input',
  'token-expired',
]);
/** The server does not take the token. It may be an old one, or the server's keys are new: another may do. */
const TOKEN_REFUSED: ReadonlySet<StatusCode> = new Set(['unauthorized', 'signed-out', 'token-expired']);

/** Opens one link, again and again with growing waits, until it is attached or there is no use in it. */
export class LinkOpener {
  private candidate: Link | null = null;
  /** The next try; `at` in milliseconds since the epoch. */
  private next: { timer: ReturnType<typeof setTimeout>; at: number } | null = null;
  /** Counts tries, so that one that was given up is known when its credential comes. */
  private tries = 0;
  private isAwaitingCredential = false;
  private failed = 0;
  /** The token of the candidate, and one that the server has refused. */
  private token: string | null = null;
  private rejected: string | null = null;

  constructor(
    private readonly options: LinkOpenerOptions,
    private readonly listener: LinkOpenerListener,
  ) {}

  get isOpening(): boolean {
    return this.candidate !== null || this.next !== null || this.isAwaitingCredential;
  }

  /** Begins now, if it has not begun. */
  start(): void {
    if (!this.isOpening) background('attach', this.try());
  }

  /** Does at once what waits for its time. */
  hurry(): void {
    if (this.next === null) return;
    this.failed = 0;
    background('attach', this.try());
  }

  /** Begins after a wait, if it has not begun. */
  retry(): void {
    if (this.isOpening) return;
    const wait = backoffMs(this.failed, Math.random());
    this.failed += 1;
    this.next = { timer: setTimeout(() => background('attach', this.try()), wait), at: Date.now() + wait };
    this.tell();
  }

  /** The link is attached, and its user's from now on. */
  attached(): void {
    this.candidate = null;
    this.failed = 0;
    this.rejected = null;
  }

  /** The server refuses the link. */
  dismissed(code: StatusCode): void {
    this.candidate?.close();
    this.candidate = null;
    if (this.mayTryAgain(code)) this.retry();
    else this.listener.refused(code);
  }

  /** The link has broken before it was attached. */
  lost(): void {
    this.candidate = null;
    this.retry();
  }

  authenticate(token: string): void {
    this.candidate?.authenticate(token);
  }

  /** Says again how the try that is under way stands, if there is one. */
  tell(): void {
    if (this.isOpening) this.listener.trying(this.next?.at ?? null, this.failed);
  }

  /** Gives up the try that is under way, or waits. */
  abandon(): void {
    this.tries += 1;
    this.isAwaitingCredential = false;
    if (this.next !== null) clearTimeout(this.next.timer);
    this.next = null;
    this.candidate?.close();
    this.candidate = null;
  }

  private async try(): Promise<void> {
    this.abandon();
    const { tries } = this;
    this.isAwaitingCredential = true;
    this.tell();
    const credential = await this.credential();
    if (tries !== this.tries) return;
    this.isAwaitingCredential = false;
    if (credential === 'sign in') return this.listener.refused('unauthorized');
    if (credential === 'later') return this.retry();
    this.token = 'token' in credential ? credential.token : null;
    this.candidate = this.options.open(credential);
  }

  private async credential(): Promise<Credential | 'sign in' | 'later'> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<'later'>((resolve) => {
      timer = setTimeout(() => resolve('later'), this.options.credentialMs);
    });
    try {
      return await Promise.race([this.options.credential(this.rejected), late]);
    } catch (error) {
      return error instanceof SignInNeeded ? 'sign in' : 'later';
    } finally {
      clearTimeout(timer);
    }
  }

  /** Whether a handshake that was refused for this may do at another time, or with another token. */
  private mayTryAgain(code: StatusCode): boolean {
    if (!TOKEN_REFUSED.has(code)) return PASSING.has(code);
    if (this.token === null || this.rejected !== null) return false;
    this.rejected = this.token;
    return true;
  }
}
