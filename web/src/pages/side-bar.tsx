import type { SessionInfo } from '@claude-webui/protocol';
import { useState } from 'react';
import type { User } from '../api/account';
import { SessionList } from './session-list';

export interface SideBarProps {
  user: User;
  /** Everybody's, for an administrator. */
  sessions: readonly SessionInfo[];
  /** Whether they are as they are now. */
  isLive: boolean;
  /** Tabs that are open, which show what has ended too. */
  tabs: readonly string[];
  current: string | null;
  seen: ReadonlySet<string>;
  administers: boolean;
  onOpen: (id: string) => void;
  /** Null for who may not start any. */
  onNew: (() => void) | null;
  onRename: (session: SessionInfo) => void;
  onShare: (session: SessionInfo) => void;
  onEnd: (session: SessionInfo) => void;
  onAdminister: () => void;
  onSettings: () => void;
  onSignOut: () => void;
  onEscape: () => void;
}

/** The list of sessions, and what is about the person rather than a session. */
export function SideBar(props: SideBarProps) {
  const { user, sessions, tabs } = props;
  const [everybodys, setEverybodys] = useState(false);
  const isListed = ({ id, owner, state }: SessionInfo) =>
    (everybodys || owner === user.id) && (state !== 'ended' || tabs.includes(id));
  return (
    <nav aria-label="Sessions" onKeyDown={({ key }) => key === 'Escape' && props.onEscape()}>
      {props.onNew !== null && (
        <button type="button" className="primary" onClick={props.onNew}>
          New session
        </button>
      )}
      {user.role === 'admin' && (
        <label className="check">
          <input type="checkbox" checked={everybodys} onChange={({ target }) => setEverybodys(target.checked)} />
          Everybody’s
        </label>
      )}
      {!props.isLive && (
        <p className="stale" role="status">
          Not connected. This is how it was.
        </p>
      )}
      <div className={props.isLive ? 'list' : 'list outdated'}>
        <SessionList
          sessions={sessions.filter(isListed)}
          current={props.current}
          seen={props.seen}
          userId={user.id}
          onOpen={props.onOpen}
          onRename={props.onRename}
          onShare={props.onShare}
          onEnd={props.onEnd}
        />
      </div>
      <footer>
        <span className="muted who">{user.username}</span>
        {user.role === 'admin' && (
          <button type="button" className="quiet" aria-pressed={props.administers} onClick={props.onAdminister}>
            Administration
          </button>
        )}
        <button type="button" className="quiet" onClick={props.onSettings}>
          Settings
        </button>
        <button type="button" className="quiet" onClick={props.onSignOut}>
          Sign out
        </button>
      </footer>
    </nav>
  );
}
