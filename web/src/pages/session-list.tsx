import type { SessionInfo } from '@claude-webui/protocol';
import { Icon } from '../ui/icon';
import { Name, isolated } from '../ui/name';
import { STATE_WORDS, stateOf } from './session-state';
import { StateMark } from './state-mark';

export interface SessionListProps {
  sessions: readonly SessionInfo[];
  current: string | null;
  seen: ReadonlySet<string>;
  userId: string;
  onOpen: (id: string) => void;
  onRename: (session: SessionInfo) => void;
  onShare: (session: SessionInfo) => void;
  onEnd: (session: SessionInfo) => void;
}

/** The sessions there are, with what can be done to each. */
export function SessionList(props: SessionListProps) {
  const { sessions, current, seen, userId, onOpen, onRename, onShare, onEnd } = props;
  if (sessions.length === 0) return <p className="muted empty">No sessions yet.</p>;
  return (
    <ul className="sessions">
      {sessions.map((session) => {
        const { id, name, owner, attachments, state } = session;
        const shown = stateOf(session, seen);
        const action = (icon: 'rename' | 'share' | 'end', what: string, onClick: (session: SessionInfo) => void) => (
          <button
            type="button"
            className="quiet"
            aria-label={`${what} ${isolated(name)}`}
            title={what}
            onClick={() => onClick(session)}
          >
            <Icon name={icon} />
          </button>
        );
        return (
          <li key={id} className={id === current ? 'current' : ''}>
            <button
              type="button"
              className="open"
              aria-current={id === current}
              title={isolated(name)}
              onClick={() => onOpen(id)}
            >
              <StateMark state={shown} />
              <span className="name">
                <Name of={name} />
              </span>
              <span className={`muted ${shown}`}>
                {STATE_WORDS[shown]}
                {owner !== userId && ' · another user’s'}
                {attachments > 1 && ` · ${attachments} attached`}
              </span>
            </button>
            <span className="actions">
              {state !== 'ended' && action('rename', 'Rename', onRename)}
              {state !== 'ended' && action('share', 'Share', onShare)}
              {state !== 'ended' && action('end', 'End', onEnd)}
            </span>
          </li>
        );
      })}
    </ul>
  );
}
