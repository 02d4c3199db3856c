import type { SessionInfo } from '@claude-webui/protocol';
import { useEffect, useRef, useState } from 'react';
import type { User } from '../api/account';
import { Name } from '../ui/name';
import { SessionList } from './session-list';

export interface SideBarProps {
  /** Then it takes the focus: keys are not for a terminal that it hides. */
  isOverTerminal: boolean;
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
  const bar = useRef<HTMLElement>(null);
  // Not when a window becomes narrow, for then the list is put away.
  useEffect(() => {
    if (props.isOverTerminal) focusFirst(bar.current);
  }, []);
  const isListed = ({ id, owner, state }: SessionInfo) =>
    (everybodys || owner === user.id) && (state !== 'ended' || tabs.includes(id));
  return (
    <nav ref={bar} aria-label="Sessions" onKeyDown={({ key }) => key === 'Escape' && props.onEscape()}>
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
        <span className="muted who">
          <Name of={user.username} />
        </span>
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

/** The session in view, where Escape and Enter change nothing. */
function focusFirst(bar: HTMLElement | null): void {
  const first = bar?.querySelector<HTMLElement>('[aria-current=true]') ?? bar?.querySelector('button');
  first?.focus();
}
