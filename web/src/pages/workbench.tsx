import type { Notice, SessionInfo, StatusCode } from '@claude-webui/protocol';
import { STATUS_SENTENCES } from '@claude-webui/protocol';
import { Suspense, lazy, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { Account, User } from '../api/account';
import { sentenceOf } from '../api/problem';
import { SessionApi } from '../api/sessions';
import { TerminalPane } from '../terminal/terminal-pane';
import { useToast } from '../ui/toasts';
import { useAttention } from './attention';
import {
  DownloadDialog,
  EndDialog,
  NewSessionDialog,
  PasswordDialog,
  RenameDialog,
  SettingsDialog,
  ShareDialog,
} from './dialogs';
import { inOrder } from './followed-sessions';
import { SessionList, describe } from './session-list';
import { useSessions } from './use-sessions';

// Few people see it.
const Administration = lazy(() => import('./administration'));

type OpenDialog =
  { kind: 'new' | 'settings' | 'password' } | { kind: 'rename' | 'share' | 'end' | 'download'; session: SessionInfo };

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
  const noticed = useCallback(({ from, text }: Notice) => say(`${from}: ${text}`, 'notice'), [say]);
  const followed = useSessions(account, noticed);
  const sessions = useMemo(() => (followed.isKnown ? inOrder(followed) : null), [followed]);
  const [everybody, setEverybody] = useState(false);
  const [tabs, setTabs] = useState<string[]>([]);
  const [current, setCurrent] = useState<string | null>(null);
  const [administers, setAdministers] = useState(false);
  const [dialog, setDialog] = useState<OpenDialog | null>(null);
  const [listShown, setListShown] = useState(() => !isNarrow());

  const own = useMemo(() => (sessions ?? []).filter(({ owner }) => owner === user.id), [sessions, user.id]);
  const listed = (everybody ? (sessions ?? []) : own).filter(({ state, id }) => state !== 'ended' || tabs.includes(id));
  useAttention(own);

  const open = useCallback((id: string) => {
    setTabs((open) => (open.includes(id) ? open : [...open, id]));
    setCurrent(id);
    if (isNarrow()) setListShown(false);
  }, []);
  const choose = (id: string) => {
    open(id);
    setAdministers(false);
  };
  const administer = () => {
    setAdministers(!administers);
    if (isNarrow()) setListShown(false);
  };
  const closeTab = (id: string) => {
    const left = tabs.filter((tab) => tab !== id);
    setTabs(left);
    if (current === id) setCurrent(left.at(-1) ?? null);
  };

  // The person wants to be in a session, not to choose: the newest, or a first one.
  const begun = useRef(false);
  useEffect(() => {
    if (begun.current || sessions === null) return;
    begun.current = true;
    const newest = own.find(({ state }) => state !== 'ended');
    if (newest !== undefined) open(newest.id);
    else if (user.role !== 'viewer')
      api.create({}).then(
        ({ id }) => open(id),
        (error: unknown) => say(sentenceOf(error)),
      );
  }, [sessions, own, open, api, say, user.role]);

  const credential = useCallback(
    async (rejected: string | null) => ({ token: await account.token(rejected) }),
    [account],
  );
  const renewed = useCallback((listener: (token: string) => void) => account.onRenewed(listener), [account]);
  const signInNeeded = useCallback((code: StatusCode) => onLeave(STATUS_SENTENCES[code]), [onLeave]);
  const find = (id: string) => sessions?.find((session) => session.id === id);
  const upload = async (id: string, files: File[]) => {
    await Promise.all(files.map((file) => api.upload(id, file.name, file)));
    return files.map((file) => file.name);
  };
  const signOut = async () => {
    try {
      const next = await account.signOut();
      if (next === null) onLeave(null);
      else location.assign(next);
    } catch (error) {
      say(`${sentenceOf(error)} You are still signed in.`);
    }
  };
  const inView = administers ? null : current;
  const currentSession = inView === null ? undefined : find(inView);

  return (
    <div className={listShown ? 'workbench' : 'workbench narrow'}>
      <header className="bar">
        <button
          type="button"
          className="quiet"
          aria-label="Sessions"
          aria-expanded={listShown}
          onClick={() => setListShown(!listShown)}
        >
          ☰
        </button>
        <img src="/icon.svg" alt="" width="22" height="22" />
        <h1 className="product">Claude Code</h1>
        <div className="tabs" role="group" aria-label="Open sessions">
          {tabs.map((id) => {
            const session = find(id);
            return (
              <span key={id} className={id === inView ? 'tab current' : 'tab'}>
                <button
                  type="button"
                  aria-current={id === inView}
                  title={session === undefined ? '' : describe(session)}
                  onClick={() => choose(id)}
                  onDoubleClick={() => session !== undefined && setDialog({ kind: 'rename', session })}
                >
                  <span className={`dot ${session?.state ?? ''} ${session?.activity ?? ''}`} aria-hidden="true" />
                  {session?.name ?? 'Session'}
                </button>
                <button
                  type="button"
                  className="quiet"
                  aria-label={`Close ${session?.name ?? 'tab'}`}
                  onClick={() => closeTab(id)}
                >
                  ×
                </button>
              </span>
            );
          })}
        </div>
        <span className="spacer" />
        {currentSession !== undefined && (
          <>
            <button
              type="button"
              className="quiet"
              onClick={() => setDialog({ kind: 'download', session: currentSession })}
            >
              Download
            </button>
            <button
              type="button"
              className="quiet"
              onClick={() => setDialog({ kind: 'share', session: currentSession })}
            >
              Share
            </button>
          </>
        )}
        {user.role === 'admin' && (
          <button type="button" className="quiet" aria-pressed={administers} onClick={administer}>
            Administration
          </button>
        )}
        <button type="button" className="quiet" onClick={() => setDialog({ kind: 'settings' })}>
          Settings
        </button>
        <button type="button" className="quiet" onClick={() => void signOut()}>
          Sign out
        </button>
      </header>
      {listShown && (
        <nav aria-label="Sessions">
          <button type="button" className="primary" onClick={() => setDialog({ kind: 'new' })}>
            New session
          </button>
          {user.role === 'admin' && (
            <label className="check">
              <input type="checkbox" checked={everybody} onChange={({ target }) => setEverybody(target.checked)} />
              Everybody’s
            </label>
          )}
          {sessions !== null && !followed.isLive && (
            <p className="stale" role="status">
              Not connected. This is how it was.
            </p>
          )}
          <SessionList
            sessions={listed}
            current={inView}
            userId={user.id}
            onOpen={choose}
            onRename={(session) => setDialog({ kind: 'rename', session })}
            onShare={(session) => setDialog({ kind: 'share', session })}
            onEnd={(session) => setDialog({ kind: 'end', session })}
          />
          <p className="muted who">{user.username}</p>
        </nav>
      )}
      {administers && (
        <Suspense>
          <Administration
            account={account}
            user={user}
            sessions={sessions ?? []}
            onOpen={choose}
            onEnd={(session) => setDialog({ kind: 'end', session })}
          />
        </Suspense>
      )}
      <main hidden={administers}>
        {tabs.length === 0 && <p className="muted empty">Choose a session, or start a new one.</p>}
        {tabs.map((id) => (
          <TerminalPane
            key={id}
            sessionId={id}
            mode="drive"
            hidden={id !== inView}
            label={find(id)?.name ?? 'Session'}
            credential={credential}
            upload={(files) => upload(id, files)}
            onRenewed={renewed}
            onSignInNeeded={signInNeeded}
          />
        ))}
      </main>
      {dialog !== null && <Dialogs dialog={dialog} api={api} account={account} onOpen={choose} onChange={setDialog} />}
    </div>
  );
}

/** Then the list lies over the terminal, as style.css has it. */
const isNarrow = () => !matchMedia('(min-width: 800px)').matches;

function Dialogs({
  dialog,
  api,
  account,
  onOpen,
  onChange,
}: {
  dialog: OpenDialog;
  api: SessionApi;
  account: Account;
  onOpen: (id: string) => void;
  onChange: (dialog: OpenDialog | null) => void;
}) {
  const close = () => onChange(null);
  switch (dialog.kind) {
    case 'new':
      return <NewSessionDialog api={api} onClose={close} onCreated={onOpen} />;
    case 'settings':
      return <SettingsDialog onClose={close} onPassword={() => onChange({ kind: 'password' })} />;
    case 'password':
      return <PasswordDialog account={account} onClose={close} />;
    case 'rename':
      return <RenameDialog api={api} session={dialog.session} onClose={close} />;
    case 'share':
      return <ShareDialog api={api} session={dialog.session} onClose={close} />;
    case 'end':
      return <EndDialog api={api} session={dialog.session} onClose={close} />;
    case 'download':
      return <DownloadDialog api={api} session={dialog.session} onClose={close} />;
  }
}
