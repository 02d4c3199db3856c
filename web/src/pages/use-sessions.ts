import type { Notice } from '@claude-webui/protocol';
import { useEffect, useReducer } from 'react';
import type { Account } from '../api/account';
import { onReturn } from '../connection/returns';
import { SessionFeed } from '../connection/session-feed';
import type { FollowedSessions } from './followed-sessions';
import { NOTHING_FOLLOWED, follow } from './followed-sessions';

/** The sessions that the person may see, as they change. */
export function useSessions(account: Account, onNotice: (notice: Notice) => void): FollowedSessions {
  const [sessions, dispatch] = useReducer(follow, NOTHING_FOLLOWED);
  useEffect(() => {
    const feed = new SessionFeed(
      { url: __WS_URL__, token: (rejected) => account.token(rejected) },
      {
        connected: () => dispatch({ type: 'connected' }),
        session: (session) => dispatch({ type: 'session', session }),
        listed: () => dispatch({ type: 'listed' }),
        disconnected: () => dispatch({ type: 'disconnected' }),
        notice: onNotice,
      },
    );
    const unsubscribe = account.onRenewed((token) => feed.authenticate(token));
    const ignoreReturns = onReturn(() => feed.hurry());
    return () => {
      ignoreReturns();
      unsubscribe();
      feed.close();
    };
  }, [account, onNotice]);
  return sessions;
}
