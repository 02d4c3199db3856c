import type { SessionInfo } from '@claude-webui/protocol';
import { useEffect, useState } from 'react';
import { Name, isolated } from '../ui/name';
import { ago } from './ago';
import { STATE_WORDS, stateOf } from './session-state';
import { StateMark } from './state-mark';

/** As fine as the ages that are shown. Milliseconds. */
const AGE_INTERVAL_MS = 30_000;

/** Everybody's sessions: whose, what they do, since when. */
export function AdministrationSessions(props: {
  sessions: SessionInfo[];
  /** User id → name. People of an OpenID provider are not in it. */
  names: ReadonlyMap<string, string>;
  onOpen: (id: string) => void;
  onEnd: (session: SessionInfo) => void;
}) {
  const now = useNow();
  return (
    <section aria-labelledby="all-sessions">
      <h2 id="all-sessions">Sessions</h2>
      {props.sessions.length === 0 && <p className="muted">Nobody has a session.</p>}
      <ul className="entries">
        {props.sessions.map((session) => (
          <li key={session.id}>
            <StateMark state={stateOf(session, NONE_SEEN)} />
            <span className="what">
              <b>
                <Name of={session.name} />
              </b>
              <span className="owner">
                <Name of={props.names.get(session.owner) ?? `person ${session.owner.slice(0, 8)}`} />
              </span>
              <span className="muted">
                {[
                  STATE_WORDS[stateOf(session, NONE_SEEN)],
                  `${session.attachments} attached`,
                  `started ${ago(session.createdAt, now)}`,
                  `active ${ago(session.lastActivityAt, now)}`,
                ].join(' · ')}
              </span>
            </span>
            <button
              type="button"
              aria-label={`Open ${isolated(session.name)}`}
              onClick={() => props.onOpen(session.id)}
            >
              Open
            </button>
            <button type="button" aria-label={`End ${isolated(session.name)}`} onClick={() => props.onEnd(session)}>
              End
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** What an administrator has looked at is not what the owner has. */
const NONE_SEEN: ReadonlySet<string> = new Set();

function useNow(): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), AGE_INTERVAL_MS);
    return () => clearInterval(timer);
  }, []);
  return now;
}
