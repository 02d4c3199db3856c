import { STATUS_SENTENCES } from '@claude-webui/protocol';
import { Suspense, lazy, useEffect, useMemo, useState } from 'react';
import { Account } from './api/account';
import type { User } from './api/account';
import { sentenceOf } from './api/problem';
import { SignIn } from './pages/sign-in';
import { useTheme } from './ui/settings';

// The terminal is most of the client's bytes, and of no use before the sign-in.
const Workbench = lazy(() => import('./pages/workbench'));
const SharedSession = lazy(() => import('./pages/shared-session'));

/** The secret of a read-only link, which is in the fragment so that no server's log has it. */
const shareSecret = location.pathname === '/s' ? location.hash.slice(1) : null;

/** Why a sign-in at the provider has led here without one; the server leaves the code in the address. */
function failedSignIn(): string | null {
  const code = new URLSearchParams(location.search).get('error');
  const reason = Object.entries(STATUS_SENTENCES).find(([known]) => known === code);
  return reason?.[1] ?? null;
}

export function App() {
  const theme = useTheme();
  useEffect(() => {
    document.documentElement.dataset['theme'] = theme;
  }, [theme]);
  if (shareSecret === null) return <Personal />;
  return (
    <Suspense fallback={<Loading />}>
      <SharedSession secret={shareSecret} />
    </Suspense>
  );
}

function Personal() {
  const account = useMemo(() => new Account(), []);
  const [user, setUser] = useState<User | null | 'unknown'>('unknown');
  const [reason, setReason] = useState<string | null>(failedSignIn);

  useEffect(() => {
    history.replaceState(null, '', location.pathname);
    account.resume().then(setUser, (error: unknown) => {
      setReason(sentenceOf(error));
      setUser(null);
    });
  }, [account]);

  if (user === 'unknown') return <Loading />;
  if (user === null) return <SignIn account={account} reason={reason} onSignedIn={setUser} />;
  const leave = (why: string | null) => {
    account.forget();
    setReason(why);
    setUser(null);
  };
  return (
    <Suspense fallback={<Loading />}>
      <Workbench account={account} user={user} onLeave={leave} />
    </Suspense>
  );
}

const Loading = () => (
  <main className="sign-in" aria-busy="true">
    <p className="muted">Loading…</p>
  </main>
);
