import type { SessionInfo } from '@claude-webui/protocol';
import type { User } from '../api/account';
import { sentenceOf } from '../api/problem';
import type { SessionApi, SessionWish } from '../api/sessions';
import type { NoticeAction } from '../terminal/notice';
import { useOneAtATime } from '../ui/one-at-a-time';
import { useToast } from '../ui/toasts';
import type { ViewEvent } from './view';
import { waysOn } from './ways-on';

const LABELS: Record<NonNullable<SessionWish['conversation']>, string> = {
  last: 'Go on with this conversation',
  new: 'Start again here',
};

/** @returns what a person can do after the end of a session: another takes the place of its tab */
export function useStartAgain({
  api,
  user,
  change,
}: {
  api: SessionApi;
  user: User;
  change: (event: ViewEvent) => void;
}): (session: SessionInfo) => NoticeAction[] {
  const say = useToast();
  const [, run] = useOneAtATime();
  const start = (session: SessionInfo, wish: SessionWish) =>
    run(() =>
      api.create(wish).then(
        ({ id }) => change({ type: 'replace', id: session.id, by: id }),
        (error: unknown) => say(sentenceOf(error)),
      ),
    );
  return (session) => {
    const { name, workspace } = session;
    switch (waysOn(session, user)) {
      case 'none':
        return [];
      case 'new':
        return [{ label: 'Start a new session', run: () => start(session, {}) }];
      case 'workspace':
        return (['last', 'new'] as const).map((conversation) => ({
          label: LABELS[conversation],
          run: () => start(session, { name, workspace, conversation }),
        }));
    }
  };
}
