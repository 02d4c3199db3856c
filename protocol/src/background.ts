/** What programs run without awaiting it. A closed set, for it is a label of a metric: never anything that a person or a peer has said. */
export type BackgroundWork =
  | 'attach'
  | 'clipboard'
  | 'cluster-events'
  | 'directory-event'
  | 'end-session'
  | 'file-transfer'
  | 'http-request'
  | 'leave'
  | 'page'
  | 'policy-test'
  | 'restore-sessions'
  | 'secret-reading'
  | 'session-event'
  | 'session-list'
  | 'session-progress'
  | 'session-watch'
  | 'snapshot'
  | 'socket-room'
  | 'status-poll'
  | 'step-down';

/** Whom the work was for; for the log, not for the metric. */
export interface BackgroundContext {
  sessionId?: string;
}

/** Called with work that nobody awaits and that has failed. */
export type BackgroundFailed = (what: BackgroundWork, error: unknown, context: BackgroundContext) => void;

const listeners = new Set<BackgroundFailed>();

/**
 * Runs what nobody awaits. A failure is logged and counted by the program's listener, and ends nothing else. Without a listener
 * (in a test) it stays an unhandled rejection.
 */
export function background(what: BackgroundWork, work: PromiseLike<unknown>, context: BackgroundContext = {}): void {
  work.then(undefined, (error: unknown) => {
    if (listeners.size === 0) throw error;
    for (const failed of listeners) failed(what, error, context);
  });
}

/** Each program registers one listener at its start. Returns the unsubscriber. */
export function onBackgroundFailure(failed: BackgroundFailed): () => void {
  listeners.add(failed);
  return () => listeners.delete(failed);
}
