import type { Notice } from '@claude-webui/protocol';
import { Suspense, lazy, useCallback, useEffect, useMemo, useState } from 'react';
import type { Account, User } from '../api/account';
import { sentenceOf } from '../api/problem';
import { SessionApi } from '../api/sessions';
import { FilesPanel } from '../files-panel/files-panel';
import { UploadProgress } from '../files-panel/upload-progress';
import { UploadQuestion } from '../files-panel/upload-question';
import { useFilesOfSessions } from '../files-panel/use-files-of-sessions';
import { focusTerminal } from '../terminal/focus-terminal';
import type { Shortcut } from '../terminal/keyboard/shortcuts';
import { Icon } from '../ui/icon';
import { keepFocus } from '../ui/keep-focus';
import { useMedia } from '../ui/media';
import { isolated } from '../ui/name';
import { useOneAtATime } from '../ui/one-at-a-time';
import { useToast } from '../ui/toasts';
import { inOrder } from './followed-sessions';
import { OpenSessions } from './open-sessions';
import type { OpenDialog } from './session-dialogs';
import { SessionDialogs } from './session-dialogs';
import { SideBar } from './side-bar';
import { TabBar } from './tab-bar';
import { useAttention } from './use-attention';
import { usePageKeys } from './use-page-keys';
import { useFirstSession } from './use-first-session';
import { useSessions } from './use-sessions';
import { useStartAgain } from './use-start-again';
import { forgetView, useView } from './use-view';

// Few people see it.
const Administration = lazy(() => import('./administration'));

/** Then the list lies over the terminal, as style.css has it. */
const NARROW = '(max-width: 800px)';

export interface WorkbenchProps {
  account: Account;
  user: User;
  /** The person is signed out; `why` is for the sign-in page. */
  onLeave: (why: string | null) => void;
}

/** Everything behind the sign-in: sessions on the left, open ones as tabs, one terminal in view. */
export default function Workbench({ account, user, onLeave }: WorkbenchProps) {
  const api = useMemo(() => new SessionApi(account), [account]);
  const say = useToast();
  const noticed = useCallback(({ from, text }: Notice) => say(`${isolated(from)}: ${text}`, 'lasting'), [say]);
  const followed = useSessions(account, noticed);
  const [view, change] = useView(user.id);
  const [dialog, setDialog] = useState<OpenDialog | null>(null);
  const isNarrow = useMedia(NARROW);
  const [listShown, setListShown] = useState(!isNarrow);
  useEffect(() => setListShown(!isNarrow), [isNarrow]);
  const allFiles = useFilesOfSessions(account, view.tabs);
  const [filesShown, setFilesShown] = useState(false);

  const sessions = useMemo(() => inOrder(followed), [followed]);
  const own = useMemo(() => sessions.filter(({ owner }) => owner === user.id), [sessions, user.id]);
  const find = (id: string) => followed.byId.get(id);
  const inView = view.administers ? null : view.current;
  const sessionInView = inView === null ? undefined : find(inView);
  const files = sessionInView === undefined ? null : allFiles.of(sessionInView.id);

  const choose = useCallback(
    (id: string) => {
      change({ type: 'open', id });
      if (matchMedia(NARROW).matches) {
        setListShown(false);
        setFilesShown(false);
      }
      // Not before it is shown.
      requestAnimationFrame(focusTerminal);
    },
    [change],
  );
  const { seen, said } = useAttention({
    sessions: own,
    isLive: followed.isLive,
    inView: sessionInView,
    onOpen: choose,
  });
  const mayCreate = user.role !== 'viewer';
  const begin = useFirstSession({ followed, own, mayCreate, view, api, change });

  const afterEnd = useStartAgain({ api, user, change });

  const administer = () => {
    change({ type: 'administer', on: !view.administers });
    if (isNarrow) setListShown(false);
  };
  const openFiles = () => {
    setFilesShown(true);
    if (isNarrow) setListShown(false);
  };
  const closeFiles = () => {
    setFilesShown(false);
    focusTerminal();
  };
  const toggleList = () => {
    setListShown(!listShown);
    if (!isNarrow) return;
    setFilesShown(false);
    if (listShown) focusTerminal();
  };
  const [, run] = useOneAtATime();
  const signOut = async () => {
    try {
      const next = await account.signOut();
      forgetView();
      if (next === null) onLeave(null);
      else location.assign(next);
    } catch (error) {
      say(`${sentenceOf(error)} You are still signed in.`);
    }
  };
  const shortcut = useCallback(
    (name: Shortcut) => {
      if (name === 'new-session' && mayCreate) setDialog({ kind: 'new' });
      else if (name === 'next-tab') change({ type: 'step', by: 1 });
      else if (name === 'previous-tab') change({ type: 'step', by: -1 });
    },
    [change, mayCreate],
  );
  const showShortcuts = useCallback(() => setDialog({ kind: 'shortcuts' }), []);
  usePageKeys(showShortcuts, shortcut);

  return (
    <div className={listShown ? 'workbench' : 'workbench narrow'} onMouseDown={keepFocus}>
      <header className="bar">
        <button type="button" className="quiet" aria-label="Sessions" aria-expanded={listShown} onClick={toggleList}>
          <Icon name="menu" />
        </button>
        <TabBar
          tabs={view.tabs}
          inView={inView}
          find={find}
          seen={seen}
          onOpen={choose}
          onClose={(id) => {
            change({ type: 'close', id });
            requestAnimationFrame(focusTerminal);
          }}
          onRename={(session) => setDialog({ kind: 'rename', session })}
        />
        <span className="spacer" />
        {sessionInView !== undefined && files !== null && (
          <>
            {!filesShown && <UploadProgress uploads={files.uploads} />}
            <button
              type="button"
              className="quiet"
              aria-expanded={filesShown}
              aria-controls="files"
              onClick={() => (filesShown ? closeFiles() : openFiles())}
            >
              Files
            </button>
            <button
              type="button"
              className="quiet"
              onClick={() => setDialog({ kind: 'share', session: sessionInView })}
            >
              Share
            </button>
          </>
        )}
      </header>
      {listShown && isNarrow && <div className="shade" onClick={toggleList} />}
      {filesShown && files !== null && isNarrow && <div className="shade" onClick={closeFiles} />}
      {listShown && (
        <SideBar
          isOverTerminal={isNarrow}
          user={user}
          sessions={sessions}
          isLive={followed.isLive || !followed.isKnown}
          tabs={view.tabs}
          current={inView}
          seen={seen}
          administers={view.administers}
          onOpen={choose}
          onNew={mayCreate ? () => setDialog({ kind: 'new' }) : null}
          onRename={(session) => setDialog({ kind: 'rename', session })}
          onShare={(session) => setDialog({ kind: 'share', session })}
          onEnd={(session) => setDialog({ kind: 'end', session })}
          onAdminister={administer}
          onSettings={() => setDialog({ kind: 'settings' })}
          onSignOut={() => run(signOut)}
          onEscape={() => {
            if (isNarrow) setListShown(false);
            focusTerminal();
          }}
        />
      )}
      {view.administers && (
        <Suspense>
          <Administration
            account={account}
            user={user}
            sessions={sessions}
            onOpen={choose}
            onEnd={(session) => setDialog({ kind: 'end', session })}
          />
        </Suspense>
      )}
      <OpenSessions
        account={account}
        files={allFiles}
        view={view}
        hidden={view.administers}
        find={find}
        onUnknown={(id) => {
          change({ type: 'close', id });
          if (view.tabs.length === 1) begin();
        }}
        afterEnd={afterEnd}
        onShortcut={shortcut}
        onLeave={onLeave}
      />
      {filesShown && files !== null && (
        <FilesPanel
          key={inView}
          isOverTerminal={isNarrow}
          files={files}
          onClose={closeFiles}
          onEscape={() => (isNarrow ? closeFiles() : focusTerminal())}
        />
      )}
      {files !== null && <UploadQuestion uploads={files.uploads} />}
      <p className="for-screen-readers" role="status">
        {said}
      </p>
      {dialog !== null && (
        <SessionDialogs dialog={dialog} api={api} account={account} onOpen={choose} onChange={setDialog} />
      )}
    </div>
  );
}
