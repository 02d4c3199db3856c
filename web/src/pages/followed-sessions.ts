import type { SessionInfo } from '@claude-webui/protocol';

/** Ended sessions that are kept; the oldest go first. */
const MAX_ENDED = 200;

/** What is known of the sessions, and how well. */
export interface FollowedSessions {
  byId: ReadonlyMap<string, SessionInfo>;
  /** Told since the connection began, while the list is not whole; null when it is, or when there is no connection. */
  told: ReadonlySet<string> | null;
  /** Whether a whole list has ever come. */
  isKnown: boolean;
  /** Whether the list is whole and follows what happens. */
  isLive: boolean;
}

export type FeedEvent = { type: 'connected' | 'listed' | 'disconnected' } | { type: 'session'; session: SessionInfo };

export const NOTHING_FOLLOWED: FollowedSessions = { byId: new Map(), told: null, isKnown: false, isLive: false };

/** The list is never older than its connection: each new one replaces it wholly. */
export function follow(sessions: FollowedSessions, event: FeedEvent): FollowedSessions {
  const { byId, told } = sessions;
  switch (event.type) {
    case 'connected':
      return { ...sessions, told: new Set(), isLive: false };
    case 'session': {
      const { session } = event;
      const known = bounded(new Map(byId).set(session.id, session));
      return { ...sessions, byId: known, told: told === null ? null : new Set(told).add(session.id) };
    }
    case 'listed': {
      const all = told === null ? byId : new Map([...byId].filter(([id]) => told.has(id)));
      return { byId: all, told: null, isKnown: true, isLive: true };
    }
    case 'disconnected':
      return { ...sessions, told: null, isLive: false };
  }
}

/** Newest first. */
export const inOrder = ({ byId }: FollowedSessions): SessionInfo[] =>
  [...byId.values()].sort((a, b) => b.createdAt.localeCompare(a.createdAt));

function bounded(byId: Map<string, SessionInfo>): Map<string, SessionInfo> {
  const ended = [...byId.values()].filter(({ state }) => state === 'ended');
  const oldest = ended.sort((a, b) => a.createdAt.localeCompare(b.createdAt)).slice(0, -MAX_ENDED);
  for (const { id } of oldest) byId.delete(id);
  return byId;
}
