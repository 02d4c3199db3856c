import type { SessionInfo } from '@claude-webui/protocol';

export interface SessionListProps {
  sessions: SessionInfo[];
  current: string | null;
  userId: string;
  onOpen: (id: string) => void;
  onRename: (session: SessionInfo) => void;
  onShare: (session: SessionInfo) => void;
  onEnd: (session: SessionInfo) => void;
}

/** What a session is doing, in a word. */
export function describe(session: SessionInfo): string {
  if (session.state === 'starting') return session.progress?.code === 'suspended' ? 'Suspended' : 'Starting';
  if (session.state === 'ended') return 'Ended';
  if (session.activity === 'asks') return 'Asks you';
  if (session.activity === 'done') return 'Waiting for you';
  return session.activity === 'working' ? 'Working' : 'Ready';
}

/** The sessions there are, with what can be done to each. */
export function SessionList({ sessions, current, userId, onOpen, onRename, onShare, onEnd }: SessionListProps) {
  if (sessions.length === 0) return <p className="muted empty">No sessions yet.</p>;
  return (
    <ul className="sessions">
      {sessions.map((session) => (
        <li key={session.id} className={session.id === current ? 'current' : ''}>
          <button type="button" className="open" onClick={() => onOpen(session.id)}>
            <span className={`dot ${session.state} ${session.activity}`} aria-hidden="true" />
            <span className="name">{session.name}</span>
            <span className="muted">
              {describe(session)}
              {session.owner !== userId && ' · another user’s'}
              {session.attachments > 1 && ` · ${session.attachments} attached`}
            </span>
          </button>
          <span className="actions">
            <button
              type="button"
              className="quiet"
              aria-label={`Rename ${session.name}`}
              title="Rename"
              onClick={() => onRename(session)}
            >
              ✎
            </button>
            <button
              type="button"
              className="quiet"
              aria-label={`Share ${session.name}`}
              title="Share"
              onClick={() => onShare(session)}
            >
              ⤴
            </button>
            <button
              type="button"
              className="quiet"
              aria-label={`End ${session.name}`}
              title="End"
              onClick={() => onEnd(session)}
            >
              ⏻
            </button>
          </span>
        </li>
      ))}
    </ul>
  );
}
