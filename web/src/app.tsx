import { STATUS_SENTENCES } from '@claude-webui/protocol';
import { Suspense, lazy, useCallback, useEffect, useMemo, useState } from 'react';
import { Account } from './api/account';
import type { User } from './api/account';
import { addressAfterSignIn } from './pages/provider-sign-in';
import { routeOf } from './pages/route';
import { SignIn } from './pages/sign-in';
import { useSignIn } from './pages/use-sign-in';
import { refuseStrayDrops } from './ui/drops';
import { useTheme } from './ui/settings';
import { useToast } from './ui/toasts';

// The terminal is most of the client's bytes, and of no use before the sign-in.
const Workbench = lazy(() => import('./pages/workbench'));
const SharedSession = lazy(() => import('./pages/shared-session'));

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
  useEffect(refuseStrayDrops, []);
  const [route] = useState(() => routeOf(location));
  if (route.page !== 'shared') return <Personal />;
  return (
    <Suspense fallback={<Loading />}>
      <SharedSession secret={route.secret} />
    </Suspense>
  );
}

function Personal() {
  const account = useMemo(() => new Account(__API_URL__), []);
  const say = useToast();
  const [signIn, setUser] = useSignIn(account);
  const [reason, setReason] = useState<string | null>(failedSignIn);

  useEffect(() => history.replaceState(null, '', addressAfterSignIn()), []);
  const leave = useCallback(
    (why: string | null) => {
      account.forget();
      setReason(why);
      setUser(null);
    },
    [account, setUser],
  );
  useEffect(() => account.onEnded(leave), [account, leave]);
  const enter = (user: User) => {
    setUser(user);
    account.isKept().then(
      (isKept) => {
        if (!isKept)
          say(
            'This browser keeps no cookies, so you have to sign in again after a reload and every few minutes.',
            'lasting',
          );
      },
      () => undefined,
    );
  };

  switch (signIn.state) {
    case 'looking':
      return <Loading />;
    case 'unreachable':
      return <Unreachable />;
    case 'out':
      return <SignIn account={account} reason={reason} onSignedIn={enter} />;
    case 'in':
      return (
        <Suspense fallback={<Loading />}>
          <Workbench account={account} user={signIn.user} onLeave={leave} />
        </Suspense>
      );
  }
}

const Unreachable = () => (
  <main className="sign-in">
    <p role="status">The server cannot be reached. Trying again until it answers…</p>
  </main>
);

const Loading = () => (
  <main className="sign-in" aria-busy="true">
    <p className="muted">Loading…</p>
  </main>
);
