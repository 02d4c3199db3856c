import { background } from '@claude-webui/protocol';
import type { SessionInfo } from '@claude-webui/protocol';
import { MAX_NOTICE_CHARACTERS } from '@claude-webui/protocol';
import { useCallback, useEffect, useMemo, useState } from 'react';
import type { SubmitEvent } from 'react';
import type { Account, User } from '../api/account';
import { AdministrationApi } from '../api/administration';
import type { People } from '../api/administration';
import { sentenceOf } from '../api/problem';
import { useOneAtATime } from '../ui/one-at-a-time';
import { useToast } from '../ui/toasts';
import { AdministrationPeople } from './administration-people';
import { AdministrationSessions } from './administration-sessions';

/** What administrators see and do: everybody's sessions, the people, and word to all. */
export default function Administration(props: {
  account: Account;
  user: User;
  sessions: SessionInfo[];
  onOpen: (id: string) => void;
  onEnd: (session: SessionInfo) => void;
}) {
  const api = useMemo(() => new AdministrationApi(props.account), [props.account]);
  const say = useToast();
  const [people, setPeople] = useState<People | null>(null);
  const load = useCallback(() => api.people().then(setPeople, (error: unknown) => say(sentenceOf(error))), [api, say]);
  useEffect(() => background('page', load()), [load]);
  const names = new Map(people?.users.map(({ id, username }) => [id, username]));

  return (
    <main className="administration">
      <h1>Administration</h1>
      <AdministrationSessions
        sessions={props.sessions.filter(({ state }) => state !== 'ended')}
        names={names.set(props.user.id, props.user.username)}
        onOpen={props.onOpen}
        onEnd={props.onEnd}
      />
      {people !== null && <AdministrationPeople api={api} people={people} self={props.user} onChanged={load} />}
      <NoticeForm api={api} />
    </main>
  );
}

function NoticeForm({ api }: { api: AdministrationApi }) {
  const say = useToast();
  const [isBusy, run] = useOneAtATime();
  const send = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = event.currentTarget;
    const text = new FormData(form).get('text');
    if (typeof text !== 'string') return;
    run(() =>
      api.tell(text).then(
        () => form.reset(),
        (error: unknown) => say(sentenceOf(error)),
      ),
    );
  };
  return (
    <section aria-labelledby="notice">
      <h2 id="notice">Notice</h2>
      <p className="muted">Everybody who is signed in and connected sees it at once, with your name.</p>
      <form className="row" onSubmit={send}>
        <label>
          Text
          <input name="text" required maxLength={MAX_NOTICE_CHARACTERS} autoComplete="off" />
        </label>
        <button type="submit" disabled={isBusy}>
          Send to everybody
        </button>
      </form>
    </section>
  );
}
