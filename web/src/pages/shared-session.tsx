import type { StatusCode } from '@claude-webui/protocol';
import { STATUS_SENTENCES } from '@claude-webui/protocol';
import { useCallback, useState } from 'react';
import { WATCHING } from '../terminal/notice';
import { TerminalPane } from '../terminal/terminal-pane';
import { keepFocus } from '../ui/keep-focus';
import { ShortcutsDialog } from './shortcuts-dialog';
import { usePageKeys } from './use-page-keys';

/** Somebody's session, to watch, for whoever has the link. */
export default function SharedSession({ secret }: { secret: string }) {
  const [over, setOver] = useState<StatusCode | null>(null);
  const [showsShortcuts, setShowsShortcuts] = useState(false);
  const credential = useCallback(() => Promise.resolve({ share: secret }), [secret]);
  const showShortcuts = useCallback(() => setShowsShortcuts(true), []);
  usePageKeys(showShortcuts, null);
  return (
    <main className="shared" onMouseDown={keepFocus}>
      <header className="bar">
        <img src="/icon.svg" alt="" width="22" height="22" />
        <h1>Shared session</h1>
        <span className="muted">{WATCHING}</span>
      </header>
      {over !== null && <p role="alert">{STATUS_SENTENCES[over]}</p>}
      <TerminalPane
        mode="view"
        label="Shared terminal"
        hidden={false}
        credential={credential}
        onSignInNeeded={setOver}
      />
      {showsShortcuts && <ShortcutsDialog mode="view" onClose={() => setShowsShortcuts(false)} />}
    </main>
  );
}
