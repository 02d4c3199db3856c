import type { SessionInfo } from '@claude-webui/protocol';
import { STATUS_SENTENCES } from '@claude-webui/protocol';
import { useCallback } from 'react';
import type { Account } from '../api/account';
import type { FilesOfSessions } from '../files-panel/files-of-sessions';
import type { Shortcut } from '../terminal/keyboard/shortcuts';
import type { NoticeAction } from '../terminal/notice';
import { TerminalPane } from '../terminal/terminal-pane';
import { isolated } from '../ui/name';
import type { View } from './view';

export interface OpenSessionsProps {
  account: Account;
  files: FilesOfSessions;
  view: View;
  /** Whether something else has their place now. */
  hidden: boolean;
  find: (id: string) => SessionInfo | undefined;
  /** The person turns away from an address that leads nowhere. */
  onUnknown: (id: string) => void;
  /** How the person can go on after the end of a session. */
  afterEnd: (session: SessionInfo) => readonly NoticeAction[];
  onShortcut: (shortcut: Shortcut) => void;
  onLeave: (why: string) => void;
}

/** The terminals of all open tabs, one of them in view: those out of view stay connected. */
export function OpenSessions({
  account,
  files,
  view,
  hidden,
  find,
  onUnknown,
  afterEnd,
  onShortcut,
  onLeave,
}: OpenSessionsProps) {
  const credential = useCallback(
    async (rejected: string | null) => ({ token: await account.token(rejected) }),
    [account],
  );
  const renewed = useCallback((listener: (token: string) => void) => account.onRenewed(listener), [account]);
  return (
    <main hidden={hidden}>
      {view.tabs.length === 0 && <p className="muted empty">Choose a session, or start a new one.</p>}
      {view.tabs.map((id) => {
        const isHidden = hidden || id !== view.current;
        if (view.unknown.includes(id) && find(id) === undefined)
          return isHidden ? null : <UnknownSession key={id} onClose={() => onUnknown(id)} />;
        const session = find(id);
        return (
          <TerminalPane
            key={id}
            sessionId={id}
            mode="drive"
            hidden={isHidden}
            label={isolated(session?.name ?? 'Session')}
            afterEnd={session === undefined ? [] : afterEnd(session)}
            credential={credential}
            upload={(what) => files.of(id).uploads.add('', what)}
            onRenewed={renewed}
            onShortcut={onShortcut}
            onSignInNeeded={(code) => onLeave(STATUS_SENTENCES[code])}
          />
        );
      })}
    </main>
  );
}

/** For an address that leads nowhere, or to what somebody else has. */
const UnknownSession = ({ onClose }: { onClose: () => void }) => (
  <section className="message" role="alert">
    <h2>There is no session at this address</h2>
    <p>It has ended some time ago, or it is another person’s. Ask them for a link to watch it.</p>
    <button type="button" className="primary" onClick={onClose}>
      Go to my sessions
    </button>
  </section>
);
