/** Where sessions run. One of the gateway's two seams: child processes of this machine, or pods of a cluster. */
import type { SessionCommand, SessionEnd, SessionPolicy, SessionProgress, TerminalSize } from '@claude-webui/protocol';
import type { UserRole } from '../auth/roles';
import type { SessionLimitCounts, SessionRecord } from './directory';

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

/** Starts sessions, finds them, and ends them. */
export interface SessionBackend {
  /** What this gateway counts before it starts a session; how many may run may be somebody else's to say. */
  readonly limits: SessionLimitCounts;
  /** Of a new session's record, what the place of its runner decides. */
  terms(sessionId: string): Pick<SessionRecord, 'attachKey' | 'workspaceKept'>;
  /**
   * Starts a session's runner and resolves with its endpoint once it takes attaches.
   * @throws SessionStartError with the end to show, when it never will; PlacementLeft after a cluster's `close`.
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
   * again, or is over. @throws PlacementLeft after a cluster's `close`, and when `signal` aborts
   */
  relocate(
    placement: Placement,
    endpoint: string | null,
    signal: AbortSignal,
    progress: ProgressListener,
  ): Promise<Whereabouts>;
}

/** Where sessions outlive all gateways, and others than gateways move, suspend and end them. */
export interface SessionCluster {
  /** Live sessions, whoever has placed them. */
  found(): FoundSession[];
  /** Calls back with the id of a session that is perhaps not any more where it was. Returns the unsubscriber. */
  subscribe(listener: (sessionId: string) => void): () => void;
  /** Whether a session whose runner says that it has ended so may go on: then the backend's `relocate` tells. */
  mayGoOn(end: SessionEnd): boolean;
  /** Ends a session's program, and keeps what it needs to come back. */
  suspend(sessionId: string): Promise<void>;
  /** A suspended session is wanted again: the backend's `relocate` resolves once it is there. */
  resume(sessionId: string): Promise<void>;
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
