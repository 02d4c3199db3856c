import { useEffect, useState } from 'react';
import type { SubmitEvent } from 'react';
import type { Account, SignInMethods, User } from '../api/account';
import { sentenceOf } from '../api/problem';
import { useOneAtATime } from '../ui/one-at-a-time';
import { rememberAddress } from './provider-sign-in';

/** The way in. `reason` says why a person who was in is here again. */
export function SignIn({
  account,
  reason,
  onSignedIn,
}: {
  account: Account;
  reason: string | null;
  onSignedIn: (user: User) => void;
}) {
  const [problem, setProblem] = useState<string | null>(reason);
  const [methods, setMethods] = useState<SignInMethods | null>(null);
  const [isBusy, run] = useOneAtATime();

  useEffect(() => {
    account.methods().then(setMethods, () => setMethods({ password: true, oidc: null }));
  }, [account]);

  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const field = (name: string) => {
      const value = form.get(name);
      return typeof value === 'string' ? value : '';
    };
    const [username, password] = [field('username'), field('password')];
    run(() => account.signIn(username, password).then(onSignedIn, (error: unknown) => setProblem(sentenceOf(error))));
  };

  return (
    <main className="sign-in">
      <form onSubmit={submit}>
        <img src="/icon.svg" alt="" width="56" height="56" />
        <h1>Claude Code</h1>
        <p className="muted">Your own session, in this browser.</p>
        {methods?.password === true && <PasswordFields isBusy={isBusy} />}
        {methods?.oidc != null && (
          <a
            className={methods.password ? 'button' : 'button primary'}
            href={account.oidcLogin}
            onClick={rememberAddress}
          >
            Sign in with {methods.oidc.name}
          </a>
        )}
        <p role="alert" className="problem">
          {problem}
        </p>
      </form>
    </main>
  );
}

function PasswordFields({ isBusy }: { isBusy: boolean }) {
  return (
    <>
      <label>
        Username
        <input name="username" autoComplete="username" autoCapitalize="none" spellCheck={false} required autoFocus />
      </label>
      <label>
        Password
        <input name="password" type="password" autoComplete="current-password" required />
      </label>
      <button type="submit" className="primary" disabled={isBusy}>
        {isBusy ? 'Signing in…' : 'Sign in'}
      </button>
    </>
  );
}
