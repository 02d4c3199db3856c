import type { SessionInfo } from '@claude-webui/protocol';

/** What a session is shown as. `unknown`: nobody has told yet. */
export type SessionState = 'unknown' | 'starting' | 'suspended' | 'working' | 'asks' | 'done' | 'idle' | 'ended';

/** @param seen ids of sessions whose finished answer this person has looked at */
export function stateOf(session: SessionInfo | undefined, seen: ReadonlySet<string>): SessionState {
  if (session === undefined) return 'unknown';
  const { id, state, activity, progress } = session;
  if (state === 'ended') return 'ended';
  if (state === 'starting') return progress?.code === 'suspended' ? 'suspended' : 'starting';
  return activity === 'done' && seen.has(id) ? 'idle' : activity;
}

/** In a word or two. */
export const STATE_WORDS: Record<SessionState, string> = {
  unknown: 'Session',
  starting: 'Starting',
  suspended: 'Suspended',
  working: 'Working',
  asks: 'Asks you',
  done: 'Done',
  idle: 'Ready',
  ended: 'Ended',
};
