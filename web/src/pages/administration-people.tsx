import { useState } from 'react';
import type { User } from '../api/account';
import type { AdministrationApi, People, Person } from '../api/administration';
import { sentenceOf } from '../api/problem';
import { StateMark } from './state-mark';
import { Name, isolated } from '../ui/name';
import { CopyField } from '../ui/copy-field';
import { Dialog } from '../ui/dialog';
import { FormDialog } from '../ui/form-dialog';
import { useOneAtATime } from '../ui/one-at-a-time';
import { useToast } from '../ui/toasts';

const ROLES: Record<User['role'], string> = {
  viewer: 'Viewer: watches only',
  user: 'User: has sessions',
  admin: 'Administrator',
};

interface NewPassword {
  username: string;
  password: string;
}

type OpenDialog = { kind: 'add' } | { kind: 'reset'; person: Person };

/** Who may sign in by password. */
export function AdministrationPeople({
  api,
  people,
  self,
  onChanged,
}: {
  api: AdministrationApi;
  people: People;
  self: User;
  onChanged: () => Promise<void>;
}) {
  const say = useToast();
  const [dialog, setDialog] = useState<OpenDialog | null>(null);
  const isFixed = people.keptElsewhere !== null;
  const [made, setMade] = useState<NewPassword | null>(null);
  const close = () => setDialog(null);
  const show = (password: NewPassword) => {
    setMade(password);
    return onChanged();
  };
  const [isBusy, run] = useOneAtATime();
  const setDisabled = (person: Person) =>
    run(() => api.setDisabled(person.id, !person.disabled).then(onChanged, (error: unknown) => say(sentenceOf(error))));

  return (
    <section aria-labelledby="people">
      <header>
        <h2 id="people">People</h2>
        <button type="button" disabled={isFixed} onClick={() => setDialog({ kind: 'add' })}>
          Add user
        </button>
      </header>
      {isFixed && <p className="muted">{people.keptElsewhere}</p>}
      <ul className="entries">
        {people.users.map((person) => (
          <li key={person.id}>
            <StateMark state={person.disabled ? 'ended' : 'idle'} />
            <span className="what">
              <b>
                <Name of={person.username} />
              </b>
              <span className="muted">
                {ROLES[person.role]}
                {person.disabled && ' · disabled'}
                {person.id === self.id && ' · you'}
              </span>
            </span>
            <button
              type="button"
              disabled={isFixed}
              aria-label={`New password for ${isolated(person.username)}`}
              onClick={() => setDialog({ kind: 'reset', person })}
            >
              New password
            </button>
            <button
              type="button"
              disabled={isFixed || isBusy || person.id === self.id}
              aria-label={`${person.disabled ? 'Enable' : 'Disable'} ${isolated(person.username)}`}
              onClick={() => setDisabled(person)}
            >
              {person.disabled ? 'Enable' : 'Disable'}
            </button>
          </li>
        ))}
      </ul>
      {dialog?.kind === 'add' && <AddDialog api={api} onAdded={show} onClose={close} />}
      {dialog?.kind === 'reset' && (
        <FormDialog
          title={`New password for ${isolated(dialog.person.username)}?`}
          submit="Make up a password"
          onClose={close}
          onSubmit={async () =>
            show({ username: dialog.person.username, password: await api.newPassword(dialog.person.id) })
          }
        >
          <p>
            The old one stops working, and <Name of={dialog.person.username} /> is signed out everywhere.
          </p>
        </FormDialog>
      )}
      {dialog === null && made !== null && (
        <Dialog title={`Password of ${isolated(made.username)}`} onClose={() => setMade(null)}>
          <p>It is shown only now. Hand it over, and have it changed under Settings.</p>
          <CopyField label="Password" value={made.password} />
        </Dialog>
      )}
    </section>
  );
}

function AddDialog(props: {
  api: AdministrationApi;
  onAdded: (password: NewPassword) => Promise<void>;
  onClose: () => void;
}) {
  const add = async ({ username = '', role = '' }: Record<string, string>) => {
    const { password } = await props.api.add(username, role in ROLES ? (role as User['role']) : 'user');
    await props.onAdded({ username, password });
  };
  return (
    <FormDialog title="Add user" submit="Add" onClose={props.onClose} onSubmit={add}>
      <label>
        Name
        <input
          name="username"
          required
          maxLength={64}
          pattern="[\w.@\-]+"
          title="Letters, digits and any of _ . @ -"
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
        />
      </label>
      <label>
        Role
        <select name="role" defaultValue="user">
          {Object.entries(ROLES).map(([role, text]) => (
            <option key={role} value={role}>
              {text}
            </option>
          ))}
        </select>
      </label>
    </FormDialog>
  );
}
