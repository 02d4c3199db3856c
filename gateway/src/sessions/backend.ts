/** Where sessions run. One of the gateway's two seams: child processes of this machine, or pods of a cluster. */
import type { SessionCommand, SessionEnd, SessionPolicy, SessionProgress, TerminalSize } from '@claude-webui/protocol';
import type { UserRole } from '../auth/roles';
import type { SessionRecord } from './directory';

/** What a backend needs to place a session. */
export interface Placement {
  sessionId: string;
  owner: string;
  /** What the owner is called; null where that is not known. */
  ownerName: string | null;
  role: UserRole;
  /** What the owner calls it. */
  name: string;
  workspace: string;
  attachKey: string;
  size: TerminalSize;
  /** Environment of the CLI that differs by session: where its model calls go, and its token for them. */
  env: Record<string, string>;
  command: SessionCommand;
  policy: SessionPolicy;
}

/** Where a session is now, or how it ended. */
export type Whereabouts = { endpoint: string } | { end: SessionEnd };

/** Told what a session waits for, each time that it is something else. */
export type ProgressListener = (progress: SessionProgress) => void;

/** A session that a backend has and nobody may know of any more. */
export type FoundSession = Pick<
  SessionRecord,
  'id' | 'owner' | 'workspace' | 'name' | 'createdAt' | 'launch' | 'ownerName'
>;

export interface SessionBackend {
  /** Whether sessions outlive all gateways, and `found` tells the next of them. */
  readonly findsAgain: boolean;
  /** Whether runners tell Prometheus themselves what they measure. */
  readonly runnersAreScraped: boolean;
  /** Whether a session's workspace is there for the next one in it. */
  readonly keepsWorkspaces: boolean;
  /** The key of a new session's runner tokens. */
  attachKey(sessionId: string): string;
  /**
   * Starts a session's runner and resolves with its endpoint once it takes attaches.
   * @throws SessionStartError with the end to show, when it never will; PlacementLeft after `close`.
   */
  place(placement: Placement, signal: AbortSignal, progress: ProgressListener): Promise<{ endpoint: string }>;
  /**
   * Ends a session gracefully; resolves when nothing of it is left, with how it ended; null if that was not heard. One that it
   * does not know is already ended.
   */
  end(record: SessionRecord, reason: 'terminated' | 'server-stopping'): Promise<SessionEnd | null>;
  /** Whether this gateway can take over a session that another has placed. */
  reaches(record: SessionRecord): boolean;
  /**
   * Where a session is whose runner does not answer, or that another gateway was placing; resolves once it takes attaches
   * again, or is over. @throws PlacementLeft after `close`, and when `signal` aborts
   */
  relocate(
    placement: Placement,
    endpoint: string | null,
    signal: AbortSignal,
    progress: ProgressListener,
  ): Promise<Whereabouts>;
  /** Whether a session whose runner says that it has ended so may go on: then `relocate` tells. */
  mayGoOn(end: SessionEnd): boolean;
  /** Ends a session's program, and keeps what it needs to come back. @throws Error where none is ever suspended */
  suspend(sessionId: string): Promise<void>;
  /** A suspended session is wanted again: `relocate` resolves once it is there. */
  resume(sessionId: string): Promise<void>;
  /** How many sessions are suspended, everybody's or one owner's: the limits of live sessions do not count those. */
  suspended(owner?: string): number;
  /** Live sessions, whoever has placed them. */
  found(): FoundSession[];
  /** Calls back with the id of a session that is perhaps not any more where it was. Returns the unsubscriber. */
  subscribe(listener: (sessionId: string) => void): () => void;
  /** Leaves what others can go on with. May be called twice. */
  close(): Promise<void>;
}

/** This gateway goes; another goes on with the session. */
export class PlacementLeft extends Error {
  override readonly name = 'PlacementLeft';
}

/** A session could not be started; `end` says why, for the person who wanted it. */
export class SessionStartError extends Error {
  override readonly name = 'SessionStartError';
  constructor(readonly end: SessionEnd) {
    super(end.detail ?? end.reason);
  }
}
