import type { SessionInfo } from '@claude-webui/protocol';
import type { Account } from '../api/account';
import type { SessionApi } from '../api/sessions';
import { EndDialog, NewSessionDialog, PasswordDialog, RenameDialog, ShareDialog } from './dialogs';
import { SettingsDialog } from './settings-dialog';
import { ShortcutsDialog } from './shortcuts-dialog';

/** Which dialog is open, and about what. */
export type OpenDialog =
  { kind: 'new' | 'settings' | 'password' | 'shortcuts' } | { kind: 'rename' | 'share' | 'end'; session: SessionInfo };

/** The workbench's dialogs, one at a time. */
export function SessionDialogs({
  dialog,
  api,
  account,
  onOpen,
  onChange,
}: {
  dialog: OpenDialog;
  api: SessionApi;
  account: Account;
  onOpen: (id: string) => void;
  onChange: (dialog: OpenDialog | null) => void;
}) {
  const close = () => onChange(null);
  switch (dialog.kind) {
    case 'new':
      return <NewSessionDialog api={api} onClose={close} onCreated={onOpen} />;
    case 'settings':
      return <SettingsDialog onClose={close} onPassword={() => onChange({ kind: 'password' })} />;
    case 'password':
      return <PasswordDialog account={account} onClose={close} />;
    case 'shortcuts':
      return <ShortcutsDialog mode="drive" onClose={close} />;
    case 'rename':
      return <RenameDialog api={api} session={dialog.session} onClose={close} />;
    case 'share':
      return <ShareDialog api={api} session={dialog.session} onClose={close} />;
    case 'end':
      return <EndDialog api={api} session={dialog.session} onClose={close} />;
  }
}
