import { background } from '@claude-webui/protocol';
import type { SessionInfo } from '@claude-webui/protocol';
import { useCallback, useEffect, useState } from 'react';
import type { Account } from '../api/account';
import { sentenceOf } from '../api/problem';
import type { SessionApi, Share } from '../api/sessions';
import { CopyField } from '../ui/copy-field';
import { Dialog } from '../ui/dialog';
import { FormDialog } from '../ui/form-dialog';
import { isolated } from '../ui/name';
import { useOneAtATime } from '../ui/one-at-a-time';
import { useToast } from '../ui/toasts';

export function NewSessionDialog({
  api,
  onClose,
  onCreated,
}: {
  api: SessionApi;
  onClose: () => void;
  onCreated: (id: string) => void;
}) {
  return (
    <FormDialog
      title="New session"
      submit="Start"
      onClose={onClose}
      onSubmit={async (fields) => onCreated((await api.create(fields)).id)}
    >
      <label>
        Name
        <input name="name" maxLength={64} placeholder="Given if left empty" />
      </label>
      <label>
        Workspace
        <input
          name="workspace"
          maxLength={40}
          pattern="[a-z0-9][a-z0-9\-]*"
          placeholder="The first free one if left empty"
        />
      </label>
      <p className="muted">
        A session in the same workspace goes on with its files and conversation, if the server keeps them.
      </p>
    </FormDialog>
  );
}

export function RenameDialog({
  api,
  session,
  onClose,
}: {
  api: SessionApi;
  session: SessionInfo;
  onClose: () => void;
}) {
  return (
    <FormDialog
      title="Rename session"
      submit="Rename"
      onClose={onClose}
      onSubmit={({ name = '' }) => api.rename(session.id, name)}
    >
      <label>
        Name
        <input name="name" defaultValue={session.name} maxLength={64} required />
      </label>
    </FormDialog>
  );
}

export function EndDialog({ api, session, onClose }: { api: SessionApi; session: SessionInfo; onClose: () => void }) {
  return (
    <FormDialog
      title={`End ${isolated(session.name)}?`}
      submit="End session"
      onClose={onClose}
      onSubmit={() => api.end(session.id)}
    >
      <p>Claude Code and everything it has started will be ended.</p>
    </FormDialog>
  );
}

export function PasswordDialog({ account, onClose }: { account: Account; onClose: () => void }) {
  const say = useToast();
  const change = async ({ current = '', next = '' }: Record<string, string>) => {
    await account.changePassword(current, next);
    say('Your password has been changed.', 'info');
  };
  return (
    <FormDialog title="Change password" submit="Change" onClose={onClose} onSubmit={change}>
      <label>
        Current password
        <input name="current" type="password" autoComplete="current-password" required />
      </label>
      <label>
        New password (at least 12 characters)
        <input name="next" type="password" autoComplete="new-password" minLength={12} required />
      </label>
    </FormDialog>
  );
}

const EXPIRIES = [
  ['1 hour', 3600],
  ['8 hours', 8 * 3600],
  ['1 day', 24 * 3600],
  ['7 days', 7 * 24 * 3600],
] as const;

export function ShareDialog({ api, session, onClose }: { api: SessionApi; session: SessionInfo; onClose: () => void }) {
  const say = useToast();
  const [shares, setShares] = useState<Share[]>([]);
  const [url, setUrl] = useState<string | null>(null);
  const [seconds, setSeconds] = useState<number>(EXPIRIES[0][1]);
  const load = useCallback(
    () => api.shares(session.id).then(setShares, (error: unknown) => say(sentenceOf(error))),
    [api, session.id, say],
  );
  useEffect(() => background('page', load()), [load]);
  const [isBusy, run] = useOneAtATime();
  const act = (action: () => Promise<unknown>) =>
    run(() => action().then(load, (error: unknown) => say(sentenceOf(error))));

  return (
    <Dialog title={`Share ${isolated(session.name)}`} onClose={onClose}>
      <p>Whoever has the link can watch this session, and only watch, until the link expires or you take it back.</p>
      <div className="row">
        <label>
          Expires after
          <select value={seconds} onChange={({ target }) => setSeconds(Number(target.value))}>
            {EXPIRIES.map(([text, value]) => (
              <option key={value} value={value}>
                {text}
              </option>
            ))}
          </select>
        </label>
        <button
          type="button"
          className="primary"
          disabled={isBusy}
          onClick={() => act(() => api.share(session.id, seconds).then((share) => setUrl(share.url)))}
        >
          Create link
        </button>
      </div>
      {url !== null && <CopyField label="Link" value={url} />}
      <ul className="shares">
        {shares.map((share) => (
          <li key={share.id}>
            <span>Until {new Date(share.expiresAt).toLocaleString()}</span>
            <button type="button" disabled={isBusy} onClick={() => act(() => api.unshare(session.id, share.id))}>
              Take back
            </button>
          </li>
        ))}
      </ul>
    </Dialog>
  );
}
