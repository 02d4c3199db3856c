import type { StatusCode } from '@claude-webui/protocol';
import { STATUS_SENTENCES } from '@claude-webui/protocol';
import { useCallback, useEffect, useRef, useState } from 'react';
import type { Ref } from 'react';
import type { ConnectionPhase, Credential } from '../connection/terminal-connection';
import { changeSettings, useSettings, useTheme } from '../ui/settings';
import type { Settings } from '../ui/settings';
import { useToast } from '../ui/toasts';
import { KeyBar } from './key-bar';
import { SearchBar } from './search-bar';
import { StatusLine } from './status-line';
import { TerminalView } from './terminal-view';
import { Notice } from './notice';

export interface TerminalPaneProps {
  sessionId?: string;
  mode: 'drive' | 'view';
  credential: () => Promise<Credential>;
  label: string;
  hidden: boolean;
  /** Puts files into the workspace and resolves with their paths; absent where that may not be done. */
  upload?: (files: File[]) => Promise<string[]>;
  onSignInNeeded: (code: StatusCode) => void;
  onRenewed?: (listener: (token: string) => void) => () => void;
  ref?: Ref<TerminalView>;
}

/** A terminal with its status line, search, key bar and notices. */
export function TerminalPane(props: TerminalPaneProps) {
  const { sessionId, mode, hidden, label, upload } = props;
  const place = useRef<HTMLDivElement>(null);
  const view = useRef<TerminalView | null>(null);
  const [phase, setPhase] = useState<ConnectionPhase>({ phase: 'connecting', attempt: 0 });
  const [rttMs, setRtt] = useState<number | null>(null);
  const [waiting, setWaiting] = useState(0);
  const [searching, setSearching] = useState(false);
  const say = useToast();
  const settings = useSettings();
  const theme = useTheme();
  const latest = useRef<{ settings: Settings; props: TerminalPaneProps }>({ settings, props });
  latest.current = { settings, props };

  useEffect(() => {
    if (place.current === null) return;
    const terminal = new TerminalView(
      place.current,
      {
        ...(sessionId === undefined ? {} : { sessionId }),
        mode,
        theme,
        credential: () => latest.current.props.credential(),
        settings: () => latest.current.settings,
      },
      {
        phase: (next) => {
          setPhase(next);
          if (next.phase === 'refused' && SIGN_IN_AGAIN.has(next.code)) latest.current.props.onSignInNeeded(next.code);
        },
        latency: setRtt,
        refused: (code) => say(STATUS_SENTENCES[code]),
        waiting: setWaiting,
        size: () => undefined,
        search: () => setSearching(true),
      },
    );
    view.current = terminal;
    const nudge = () => terminal.reconnectNow();
    window.addEventListener('online', nudge);
    const unsubscribe = latest.current.props.onRenewed?.((token) => terminal.authenticate(token));
    return () => {
      window.removeEventListener('online', nudge);
      unsubscribe?.();
      view.current = null;
      terminal.close();
    };
    // The theme only styles; a change of it must not end the connection.
  }, [sessionId, mode, say]);

  useEffect(() => view.current?.restyle(theme), [theme, settings.fontSize, settings.screenReader]);
  useEffect(() => {
    if (!hidden) view.current?.focus();
  }, [hidden]);

  const receive = useCallback(
    (files: File[]) => {
      if (upload === undefined || files.length === 0) return;
      upload(files).then(
        (paths) => view.current?.paste(paths.map(quoted).join(' ') + ' '),
        (error: unknown) => say(error instanceof Error ? error.message : 'The file could not be sent. Try again.'),
      );
    },
    [upload, say],
  );

  const attached = phase.phase === 'attached' ? phase.state : null;
  const dead = phase.phase === 'connecting' ? phase.attempt > 0 : phase.phase !== 'attached';
  return (
    <section className="pane" hidden={hidden} aria-label={label}>
      {searching && view.current !== null && (
        <SearchBar
          search={view.current.search}
          onClose={() => {
            setSearching(false);
            view.current?.focus();
          }}
        />
      )}
      <Notice
        phase={phase}
        waiting={waiting}
        onReconnect={() => view.current?.reconnectNow()}
        onTakeOver={mode === 'drive' ? () => view.current?.takeOver() : null}
      />
      <div
        ref={place}
        data-testid="terminal"
        className={dead ? 'terminal dead' : 'terminal'}
        onDragOver={(event) => event.preventDefault()}
        onDrop={(event) => {
          event.preventDefault();
          receive([...event.dataTransfer.files]);
        }}
        onPasteCapture={(event) => {
          const files = [...event.clipboardData.files];
          if (files.length === 0) return;
          event.preventDefault();
          event.stopPropagation();
          receive(files.map(named));
        }}
      />
      <KeyBar
        onKey={(text) => {
          view.current?.type(text);
          view.current?.focus();
        }}
        onControl={() => view.current?.holdControl()}
      />
      <StatusLine
        phase={phase}
        rttMs={rttMs}
        state={attached}
        onSearch={() => setSearching(true)}
        onLarger={(step) => changeSettings({ fontSize: Math.min(24, Math.max(11, settings.fontSize + step)) })}
      />
    </section>
  );
}

const SIGN_IN_AGAIN: ReadonlySet<StatusCode> = new Set(['unauthorized', 'signed-out', 'token-expired']);

/** Pasted images are all called "image.png"; each is a file of its own. */
function named(file: File, index: number): File {
  const [, extension = 'bin'] = /\.(\w+)$/.exec(file.name) ?? [];
  const time = new Date().toISOString().replaceAll(/[-:]|\..*/g, '');
  return new File([file], `pasted-${time}-${index + 1}.${extension}`, { type: file.type });
}

/** A path as a shell takes it. */
function quoted(path: string): string {
  return /^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}
