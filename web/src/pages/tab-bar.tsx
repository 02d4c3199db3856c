import type { SessionInfo } from '@claude-webui/protocol';
import { useEffect, useRef } from 'react';
import type { KeyboardEvent } from 'react';
import { Icon } from '../ui/icon';
import { Name, isolated } from '../ui/name';
import { STATE_WORDS, stateOf } from './session-state';
import { StateMark } from './state-mark';

export interface TabBarProps {
  /** Ids of sessions. */
  tabs: readonly string[];
  inView: string | null;
  find: (id: string) => SessionInfo | undefined;
  seen: ReadonlySet<string>;
  onOpen: (id: string) => void;
  onClose: (id: string) => void;
  onRename: (session: SessionInfo) => void;
}

/** The open sessions. One stop for the Tab key; arrows go from tab to tab, Delete closes one. */
export function TabBar({ tabs, inView, find, seen, onOpen, onClose, onRename }: TabBarProps) {
  const bar = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const { current } = bar;
    if (current === null) return;
    const follow = () => current.querySelector('.tab.current')?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
    follow();
    // A window that becomes narrower would leave the tab outside.
    const watched = new ResizeObserver(follow);
    watched.observe(current);
    return () => watched.disconnect();
  }, [inView, tabs]);

  const buttons = () => [...(bar.current?.querySelectorAll<HTMLElement>('.tab > .choose') ?? [])];
  const keyDown = (event: KeyboardEvent<HTMLElement>, id: string) => {
    const all = buttons();
    const at = tabs.indexOf(id);
    const target = {
      ArrowLeft: all.at(at - 1),
      ArrowRight: all[(at + 1) % all.length],
      Home: all[0],
      End: all.at(-1),
      Delete: all[at + 1] ?? all[at - 1],
    }[event.key];
    if (target === undefined && event.key !== 'Delete') return;
    event.preventDefault();
    target?.focus();
    if (event.key === 'Delete') onClose(id);
  };
  const reachable = inView !== null && tabs.includes(inView) ? inView : tabs[0];

  return (
    <div
      ref={bar}
      className="tabs"
      role="toolbar"
      aria-label="Open sessions"
      onWheel={({ deltaX, deltaY }) => {
        if (deltaX === 0) bar.current?.scrollBy(deltaY, 0);
      }}
    >
      {tabs.map((id) => {
        const session = find(id);
        const state = stateOf(session, seen);
        const name = session?.name ?? 'Session';
        return (
          <span key={id} className={id === inView ? 'tab current' : 'tab'}>
            <button
              type="button"
              className="choose"
              aria-current={id === inView}
              aria-keyshortcuts="Delete"
              tabIndex={id === reachable ? 0 : -1}
              title={session === undefined ? undefined : `${isolated(name)}: ${STATE_WORDS[state]}`}
              onClick={() => onOpen(id)}
              onDoubleClick={() => session !== undefined && onRename(session)}
              onAuxClick={({ button }) => button === 1 && onClose(id)}
              onKeyDown={(event) => keyDown(event, id)}
            >
              <StateMark state={state} />
              <span className="name">
                <Name of={name} />
              </span>
            </button>
            <button
              type="button"
              className="quiet close"
              tabIndex={-1}
              aria-label={`Close ${isolated(name)}`}
              onClick={() => onClose(id)}
            >
              <Icon name="close" />
            </button>
          </span>
        );
      })}
    </div>
  );
}
