/** Where sessions run. One of the gateway's two seams: child processes now, Kubernetes later. */
import type { RunnerMeasure, RunnerReport, SessionEnd, SessionEndReason, TerminalSize } from '@claude-webui/protocol';

/** What a backend needs to place a session. */
export interface Placement {
  sessionId: string;
  owner: string;
  workspace: string;
  attachKey: string;
  size: TerminalSize;
  /** Environment of the CLI that differs by session: where its model calls go, and its token for them. */
  env: Record<string, string>;
}

/** What a backend tells about its sessions on its own. */
export type BackendEvent =
  | { type: 'report'; sessionId: string; report: RunnerReport }
  | { type: 'measure'; sessionId: string; measure: RunnerMeasure }
  | { type: 'ended'; sessionId: string; end: SessionEnd };

export interface SessionBackend {
  /**
   * Starts a session's runner and resolves with its endpoint once it takes attaches.
   * @throws SessionStartError with the end to show, when it never will.
   */
  place(placement: Placement, signal: AbortSignal): Promise<{ endpoint: string }>;
  /** Ends a session gracefully; resolves when nothing of it is left. An unknown session is already ended. */
  end(sessionId: string, reason: SessionEndReason): Promise<void>;
  /** Returns the unsubscriber. */
  subscribe(listener: (event: BackendEvent) => void): () => void;
  /** Ends what must not outlive this gateway. */
  close(): Promise<void>;
}

/** A session could not be started; `end` says why, for the person who wanted it. */
export class SessionStartError extends Error {
  override readonly name = 'SessionStartError';
  constructor(readonly end: SessionEnd) {
    super(end.detail ?? end.reason);
  }
}
