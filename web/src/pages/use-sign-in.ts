import { background } from '@claude-webui/protocol';
import { useCallback, useEffect, useState } from 'react';
import type { Account, User } from '../api/account';
import { backoffMs } from '../connection/backoff';
import { onReturn } from '../connection/returns';

/** `looking`: whether somebody is signed in; `unreachable`: nobody can say now, and it is asked again. */
export type SignInState = { state: 'looking' | 'unreachable' } | { state: 'out' } | { state: 'in'; user: User };

/** Whether somebody is signed in with this browser. Only a server that says so is believed that nobody is. */
export function useSignIn(account: Account): [SignInState, (user: User | null) => void] {
  const [state, setState] = useState<SignInState>({ state: 'looking' });
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | null = null;
    let attempt = 0;
    let isOver = false;
    const look = async () => {
      timer = null;
      try {
        const user = await account.resume();
        if (!isOver) setState(user === null ? { state: 'out' } : { state: 'in', user });
      } catch {
        if (isOver) return;
        setState({ state: 'unreachable' });
        timer = setTimeout(() => background('page', look()), backoffMs(attempt, Math.random()));
        attempt += 1;
      }
    };
    background('page', look());
    const ignoreReturns = onReturn(() => {
      account.look();
      if (timer === null) return;
      clearTimeout(timer);
      attempt = 0;
      background('page', look());
    });
    return () => {
      isOver = true;
      if (timer !== null) clearTimeout(timer);
      ignoreReturns();
    };
  }, [account]);
  const setUser = useCallback(
    (user: User | null) => setState(user === null ? { state: 'out' } : { state: 'in', user }),
    [],
  );
  return [state, setUser];
}
