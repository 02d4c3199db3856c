import type { Notice, SessionInfo } from '@claude-webui/protocol';
import { useEffect, useState } from 'react';
import type { Account } from '../api/account';
import { SessionFeed } from '../connection/session-feed';

/** The sessions that the person may see, newest first, as they change. */
export function useSessions(
  account: Account,
  onSignedOut: () => void,
  onNotice: (notice: Notice) => void,
): SessionInfo[] | null {
  const [sessions, setSessions] = useState<ReadonlyMap<string, SessionInfo> | null>(null);
  useEffect(() => {
    const feed = new SessionFeed(__WS_URL__, () => account.token(), {
      listed: () => setSessions((known) => known ?? new Map()),
      session: (session) => setSessions((known) => new Map(known ?? []).set(session.id, session)),
      notice: onNotice,
      signedOut: onSignedOut,
    });
    const unsubscribe = account.onRenewed((token) => feed.authenticate(token));
    return () => {
      unsubscribe();
      feed.close();
    };
  }, [account, onSignedOut, onNotice]);
  if (sessions === null) return null;
  return [...sessions.values()].sort((a, b) => b.createdAt.localeCompare(a.createdAt));
}
