/** Where sessions run. One of the gateway's two seams: child processes now, Kubernetes later. */
import type { SessionCommand, SessionEnd, SessionPolicy, TerminalSize } from '@claude-webui/protocol';
import type { SessionRecord } from './directory';

/** What a backend needs to place a session. */
export interface Placement {
  sessionId: string;
  owner: string;
  workspace: string;
  attachKey: string;
  size: TerminalSize;
  /** Environment of the CLI that differs by session: where its model calls go, and its token for them. */
  env: Record<string, string>;
  command: SessionCommand;
  policy: SessionPolicy;
}

export interface SessionBackend {
  /**
   * Starts a session's runner and resolves with its endpoint once it takes attaches.
   * @throws SessionStartError with the end to show, when it never will.
   */
  place(placement: Placement, signal: AbortSignal): Promise<{ endpoint: string }>;
  /**
   * Ends a session gracefully; resolves when nothing of it is left, with how it ended; null if that was not heard. One that it
   * does not know is already ended.
   */
  end(record: SessionRecord, reason: 'terminated' | 'server-stopping'): Promise<SessionEnd | null>;
  /** Whether this gateway can take over a session that another has placed. */
  reaches(record: SessionRecord): boolean;
  /** What became of a session whose runner does not answer; null while it may answer again. */
  inspect(record: SessionRecord): Promise<SessionEnd | null>;
}

/** A session could not be started; `end` says why, for the person who wanted it. */
export class SessionStartError extends Error {
  override readonly name = 'SessionStartError';
  constructor(readonly end: SessionEnd) {
    super(end.detail ?? end.reason);
  }
}
