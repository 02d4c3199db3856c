import type { SessionInfo } from '@claude-webui/protocol';
import { useCallback, useEffect, useRef } from 'react';
import { sentenceOf } from '../api/problem';
import type { SessionApi } from '../api/sessions';
import { useToast } from '../ui/toasts';
import type { FollowedSessions } from './followed-sessions';
import type { View, ViewEvent } from './view';

export interface FirstSessionOptions {
  followed: FollowedSessions;
  /** The person's own, newest first. */
  own: readonly SessionInfo[];
  mayCreate: boolean;
  view: View;
  api: SessionApi;
  change: (event: ViewEvent) => void;
}

/**
 * A person who comes wants to be in a session, not to choose: what they had open, or their newest, or a first one.
 * @returns does the same again, for a person who has nothing in view
 */
export function useFirstSession({ followed, own, mayCreate, view, api, change }: FirstSessionOptions): () => void {
  const say = useToast();
  const begin = useCallback(() => {
    const newest = own.find(({ state }) => state !== 'ended');
    if (newest !== undefined) return change({ type: 'open', id: newest.id });
    if (!mayCreate) return;
    api.create({}).then(
      ({ id }) => change({ type: 'open', id }),
      (error: unknown) => say(sentenceOf(error)),
    );
  }, [own, mayCreate, api, change, say]);

  const hasBegun = useRef(false);
  useEffect(() => {
    if (hasBegun.current || !followed.isKnown) return;
    hasBegun.current = true;
    change({ type: 'listed', ids: new Set(followed.byId.keys()) });
    if (view.current === null && !view.administers) begin();
  }, [followed, view, change, begin]);
  return begin;
}
