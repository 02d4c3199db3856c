import { background } from '@claude-webui/protocol';
import type { StatusCode } from '@claude-webui/protocol';
import { useCallback, useEffect, useRef, useState } from 'react';
import type { Ref } from 'react';
import type { Credential } from '../connection/link-opener';
import { onReturn } from '../connection/returns';
import type { ConnectionPhase } from '../connection/terminal-consumer';
import { chosenFiles } from '../files-panel/uploads/dropped-files';
import type { FilesToSend } from '../files-panel/uploads/dropped-files';
import { changeSettings, nextFontSize, useSettings, useTheme } from '../ui/settings';
import { useToast } from '../ui/toasts';
import { ClipboardBar } from './clipboard/clipboard-bar';
import type { ClipboardQuestion } from './clipboard/clipboard-gate';
import { namedPicture } from './clipboard/clipboard-contents';
import { leaveTerminal } from './focus-terminal';
import './input.css';
import { KeyBar } from './keyboard/key-bar';
import { LinkQuestion, LinkTarget } from './links/link-target';
import { quotedPath } from './clipboard/paste';
import { SearchBar } from './search/search-bar';
import type { Shortcut } from './keyboard/shortcuts';
import { StatusLine } from './status-line';
import type { HeldModifiers } from './keyboard/sticky-modifiers';
import { TerminalView } from './terminal-view';
import type { NoticeAction } from './notice';
import { Notice, discardedSentence, noticeFor, refusedSentence } from './notice';

export interface TerminalPaneProps {
  sessionId?: string;
  mode: 'drive' | 'view';
  /** As LinkOpenerOptions has it. */
  credential: (rejected: string | null) => Promise<Credential>;
  label: string;
  hidden: boolean;
  /** Puts files into the workspace and resolves with the absolute paths of what has arrived; absent where that may not be done. */
  upload?: (what: FilesToSend) => Promise<string[]>;
  onSignInNeeded: (code: StatusCode) => void;
  /** Shortcuts that are about more than this terminal: absent where there is no more. */
  onShortcut?: (shortcut: Shortcut) => void;
  /** How to go on when the session is over. */
  afterEnd?: readonly NoticeAction[];
  onRenewed?: (listener: (token: string) => void) => () => void;
  ref?: Ref<TerminalView>;
}

/** A terminal with its status line, search, key bar and notices. */
export function TerminalPane(props: TerminalPaneProps) {
  const { sessionId, mode, hidden, label, upload } = props;
  const pane = useRef<HTMLElement>(null);
  const place = useRef<HTMLDivElement>(null);
  const view = useRef<TerminalView | null>(null);
  const [phase, setPhase] = useState<ConnectionPhase>({ phase: 'connecting', attempt: 0 });
  const [rttMs, setRtt] = useState<number | null>(null);
  const [waiting, setWaiting] = useState(0);
  const [isEndOfLines, setEndOfLines] = useState(false);
  const [searching, setSearching] = useState(false);
  const [question, setQuestion] = useState<ClipboardQuestion | null>(null);
  const [hoveredLink, setHoveredLink] = useState<string | null>(null);
  const [tappedLink, setTappedLink] = useState<string | null>(null);
  const [held, setHeld] = useState<HeldModifiers>({ control: false, alt: false });
  const [hasSelection, setHasSelection] = useState(false);
  const say = useToast();
  const settings = useSettings();
  const theme = useTheme();
  const receive = useCallback(
    async (given: File[] | Promise<FilesToSend>) => {
      if (upload === undefined) return;
      try {
        const what = Array.isArray(given) ? pastedFiles(given) : await given;
        const paths = await upload(what);
        if (paths.length > 0) view.current?.paste(paths.map(quotedPath).join(' ') + ' ');
      } catch {
        say('The browser cannot read what was dropped. Upload it by the Files panel.');
      }
    },
    [upload, say],
  );
  const latest = useRef({ settings, props, receive });
  latest.current = { settings, props, receive };

  useEffect(() => {
    const [section, container] = [pane.current, place.current];
    if (section === null || container === null) return;
    const terminal = new TerminalView(
      section,
      container,
      {
        ...(sessionId === undefined ? {} : { sessionId }),
        mode,
        theme,
        credential: (rejected) => latest.current.props.credential(rejected),
        settings: () => latest.current.settings,
      },
      {
        phase: (next) => {
          setPhase(next);
          if (next.phase === 'refused' && SIGN_IN_AGAIN.has(next.code)) latest.current.props.onSignInNeeded(next.code);
        },
        latency: setRtt,
        refused: (code) => say(refusedSentence(code, mode)),
        waiting: setWaiting,
        discarded: (keys) => say(discardedSentence(keys)),
        endOfLines: setEndOfLines,
        shortcut: (shortcut) => {
          if (shortcut === 'search') setSearching(true);
          else if (shortcut === 'leave') leaveTerminal(section);
          else latest.current.props.onShortcut?.(shortcut);
        },
        files: (files) => background('file-transfer', latest.current.receive(files)),
        clipboardUnreadable: () =>
          say('The browser does not tell this page what is on the clipboard. Paste by its own keys or menu.'),
        clipboardQuestion: setQuestion,
        clipboardTooLarge: () =>
          say('A program wanted to copy more than a clipboard is meant for. Save it to a file instead.'),
        linkHovered: setHoveredLink,
        linkTapped: setTappedLink,
        held: setHeld,
        selected: setHasSelection,
      },
    );
    view.current = terminal;
    const ignoreReturns = onReturn(() => terminal.look());
    const unsubscribe = latest.current.props.onRenewed?.((token) => terminal.authenticate(token));
    return () => {
      ignoreReturns();
      unsubscribe?.();
      view.current = null;
      terminal.close();
    };
    // The theme only styles; a change of it must not end the connection.
  }, [sessionId, mode, say]);

  useEffect(() => view.current?.restyle(theme), [theme, settings.fontSize, settings.screenReader, settings.renderer]);
  useEffect(() => {
    if (!hidden) view.current?.focus();
  }, [hidden]);

  const takeOver = mode === 'drive' ? () => view.current?.takeOver() : null;
  const notice = noticeFor(phase, waiting, {
    reconnect: () => view.current?.reconnectNow(),
    takeOver,
    afterEnd: props.afterEnd ?? NO_WAY_ON,
  });
  const [isDismissed, dismiss] = useDismissal(notice?.kind ?? null);
  const attached = phase.phase === 'attached' || phase.phase === 'unresponsive' ? phase.state : null;
  const dead = phase.phase === 'connecting' ? phase.attempt > 0 : attached === null;
  return (
    <section ref={pane} className="pane" hidden={hidden} aria-label={label}>
      <div ref={place} data-testid="terminal" className={dead ? 'terminal dead' : 'terminal'} />
      <div className="overlays">
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
          content={isDismissed ? null : notice}
          onDismiss={() => {
            dismiss();
            view.current?.focus();
          }}
        />
        {question !== null && (
          <ClipboardBar
            question={question}
            onCopy={(always) => {
              if (always) changeSettings({ clipboardWrite: 'always' });
              setQuestion(null);
              view.current?.copy(question.text);
              view.current?.focus();
            }}
            onNever={() => {
              changeSettings({ clipboardWrite: 'never' });
              setQuestion(null);
              view.current?.focus();
            }}
            onClose={() => {
              setQuestion(null);
              view.current?.focus();
            }}
          />
        )}
        {isEndOfLines && (
          <p className="end-of-lines" role="status">
            Earlier lines are not kept.
          </p>
        )}
        {tappedLink !== null && (
          <LinkQuestion
            url={tappedLink}
            onClose={() => {
              setTappedLink(null);
              view.current?.focus();
            }}
          />
        )}
        {hoveredLink !== null && <LinkTarget url={hoveredLink} />}
      </div>
      <KeyBar
        held={held}
        hasSelection={hasSelection}
        onKey={(key) => view.current?.press(key)}
        onModifier={(modifier) => view.current?.toggle(modifier)}
        onPaste={() => view.current?.pasteFromClipboard()}
        onCopy={() => view.current?.copySelection()}
      />
      <StatusLine
        phase={phase}
        rttMs={rttMs}
        state={attached}
        actions={isDismissed && notice !== null ? notice.actions : NO_WAY_ON}
        onSearch={() => setSearching(true)}
        onLarger={(step) => changeSettings({ fontSize: nextFontSize(settings.fontSize, step) })}
      />
    </section>
  );
}

/** Whether what is shown was put away, and what puts it away until it is of another kind. */
function useDismissal(kind: string | null): [boolean, () => void] {
  const [dismissed, setDismissed] = useState<string | null>(null);
  useEffect(() => setDismissed(null), [kind]);
  return [kind !== null && dismissed === kind, () => setDismissed(kind)];
}

const NO_WAY_ON: readonly NoticeAction[] = [];

const SIGN_IN_AGAIN: ReadonlySet<StatusCode> = new Set(['unauthorized', 'signed-out', 'token-expired']);

/** Files keep their names. Pictures from a clipboard have none of their own. */
const pastedFiles = (files: File[]): FilesToSend =>
  chosenFiles(files.map((file) => namedPicture(file, new Date(), shortId())));

/** Enough to tell pastes of one second from each other. */
const shortId = () => crypto.getRandomValues(new Uint32Array(1))[0]?.toString(36) ?? '';
