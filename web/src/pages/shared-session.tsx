import type { StatusCode } from '@claude-webui/protocol';
import { STATUS_SENTENCES } from '@claude-webui/protocol';
import { useCallback, useState } from 'react';
import { TerminalPane } from '../terminal/terminal-pane';
import { keepFocus } from '../ui/keep-focus';

/** Somebody's session, to watch, for whoever has the link. */
export default function SharedSession({ secret }: { secret: string }) {
  const [over, setOver] = useState<StatusCode | null>(null);
  const credential = useCallback(() => Promise.resolve({ share: secret }), [secret]);
  return (
    <main className="shared" onMouseDown={keepFocus}>
      <header className="bar">
        <img src="/icon.svg" alt="" width="22" height="22" />
        <h1>Shared session</h1>
        <span className="muted">You are watching.</span>
      </header>
      {over !== null && <p role="alert">{STATUS_SENTENCES[over]}</p>}
      <TerminalPane
        mode="view"
        label="Shared terminal"
        hidden={false}
        credential={credential}
        onSignInNeeded={setOver}
      />
    </main>
  );
}
