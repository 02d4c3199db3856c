import { background } from '@claude-webui/protocol';
import type { StatusCode, TerminalSize } from '@claude-webui/protocol';
import { SearchAddon } from '@xterm/addon-search';
import { UnicodeGraphemesAddon } from '@xterm/addon-unicode-graphemes';
import { Terminal } from '@xterm/xterm';
import '@xterm/xterm/css/xterm.css';
import type { Credential } from '../connection/link-opener';
import type { Scrollback } from '../connection/scrollback-pull';
import type { ConnectionPhase, TerminalConsumer } from '../connection/terminal-consumer';
import { TerminalConnection } from '../connection/terminal-connection';
import type { FilesToSend } from '../files-panel/uploads/dropped-files';
import { copyText } from '../ui/clipboard';
import type { Settings } from '../ui/settings';
import { ClipboardGate } from './clipboard/clipboard-gate';
import type { ClipboardQuestion } from './clipboard/clipboard-gate';
import type { BarKey } from './keyboard/key-sequence';
import { NoticePlace } from './layout/notice-place';
import { SizeRequest } from './layout/size-request';
import { TerminalLayout } from './layout/terminal-layout';
import { keepingView } from './output/kept-view';
import { resumeHintEraser } from './output/resume-hint';
import { StreamApplier } from './output/stream-applier';
import { SynchronousTerminal } from './output/synchronous-terminal';
import { Turns } from './output/turn';
import { useRenderer } from './renderer';
import type { Shortcut } from './keyboard/shortcuts';
import type { HeldModifiers, Modifier } from './keyboard/sticky-modifiers';
import { TerminalInput } from './terminal-input';
import { findAtEachTouch, fingerWatch, linkHandler, linkProvider } from './links/terminal-links';
import type { LinkListener } from './links/terminal-links';
import { isReport } from './report';
import { boundAnnouncements } from './screen-reader';
import { SearchEngine } from './search/search-engine';
import { findWholeWords } from './selection/whole-words';
import { MINIMUM_CONTRAST, TERMINAL_THEMES } from './themes';
import { replaceSearchEngine } from './xterm-internals';

/** Kept of what was seen here, though the session may keep fewer. */
const LEAST_SCROLLBACK_LINES = 10_000;
const FONT = "'JetBrains Mono', 'Cascadia Code', 'SF Mono', Menlo, Consolas, 'DejaVu Sans Mono', monospace";
const encoder = new TextEncoder();

export interface TerminalViewOptions {
  sessionId?: string;
  mode: 'drive' | 'view';
  credential: (rejected: string | null) => Promise<Credential>;
  settings: () => Settings;
  theme: keyof typeof TERMINAL_THEMES;
}

export interface TerminalViewListener {
  phase(phase: ConnectionPhase): void;
  latency(rttMs: number): void;
  refused(code: StatusCode): void;
  waiting(messages: number): void;
  discarded(keys: number): void;
  /** Whether the first of the lines that are kept is in view, and there were others above it. */
  endOfLines(isInView: boolean): void;
  shortcut(shortcut: Shortcut): void;
  files(files: File[] | Promise<FilesToSend>): void;
  /** The browser does not say what is on the clipboard. */
  clipboardUnreadable(): void;
  /** A program wants to write to the clipboard; null: there is nothing to ask any more. */
  clipboardQuestion(question: ClipboardQuestion | null): void;
  clipboardTooLarge(): void;
  /** As LinkListener has it. */
  linkHovered(url: string | null): void;
  linkTapped(url: string): void;
  held(held: HeldModifiers): void;
  selected(isSomething: boolean): void;
}

/** A terminal on the page and its connection. Owns both: `close` ends them. */
export class TerminalView implements TerminalConsumer {
  readonly search = new SearchAddon();
  private readonly terminal: Terminal;
  private readonly output: StreamApplier;
  private readonly turns = new Turns();
  private readonly layout: TerminalLayout;
  private readonly notices: NoticePlace;
  private readonly sizes: SizeRequest;
  private readonly connection: TerminalConnection;
  private readonly input: TerminalInput;
  private readonly clipboard: ClipboardGate;
  private readonly links: LinkListener = {
    hovered: (url) => this.listener.linkHovered(url),
    tapped: (url) => this.listener.linkTapped(url),
  };
  private renderer: Settings['renderer'] = 'automatic';
  private endRenderer: () => void = () => undefined;
  private isDriver = false;
  private wasAttached = false;
  /** Whether there were lines above those that the session has sent. */
  private hasMoreAbove = false;
  private isEndInView = false;

  /** @param pane with the terminal's notices; `container`, in it, is for the terminal */
  constructor(
    pane: HTMLElement,
    container: HTMLElement,
    private readonly options: TerminalViewOptions,
    private readonly listener: TerminalViewListener,
  ) {
    const settings = options.settings();
    const isFinger = fingerWatch(container);
    this.terminal = new Terminal({
      allowProposedApi: true,
      scrollback: LEAST_SCROLLBACK_LINES,
      fontFamily: FONT,
      fontSize: settings.fontSize,
      screenReaderMode: settings.screenReader,
      theme: TERMINAL_THEMES[options.theme],
      cursorBlink: !matchMedia('(prefers-reduced-motion: reduce)').matches,
      // Where a program takes the mouse, as Shift does elsewhere.
      macOptionClickForcesSelection: true,
      minimumContrastRatio: MINIMUM_CONTRAST[options.theme],
      linkHandler: linkHandler(this.links, isFinger),
    });
    this.terminal.loadAddon(this.search);
    replaceSearchEngine(this.search, new SearchEngine(this.terminal));
    this.terminal.loadAddon(new UnicodeGraphemesAddon());
    this.terminal.open(container);
    findWholeWords(this.terminal);
    boundAnnouncements(this.terminal);
    this.render(settings.renderer);
    this.input = new TerminalInput(container, this.terminal, options.settings, () => this.isDriver, {
      shortcut: (shortcut) => (shortcut === 'copy' ? this.copySelection() : listener.shortcut(shortcut)),
      files: (files) => listener.files(files),
      clipboardUnreadable: () => listener.clipboardUnreadable(),
      held: (held) => listener.held(held),
    });
    this.clipboard = new ClipboardGate({
      permission: () => options.settings().clipboardWrite,
      write: copyText,
      question: (question) => listener.clipboardQuestion(question),
      tooLarge: () => listener.clipboardTooLarge(),
    });
    this.output = new StreamApplier(
      new SynchronousTerminal(this.terminal, (rebuild) => keepingView(this.terminal, rebuild)),
      {
        now: () => performance.now(),
        defer: (run) => this.turns.defer(run),
        parsed: (offset) => this.connection.parsed(offset),
      },
    );
    this.terminal.onData((data) => this.gaveOut(data));
    this.terminal.onRender(() => this.lookForEnd());
    // Reports of the mouse.
    this.terminal.onBinary(
      (data) => this.isDriver && this.connection.type(Uint8Array.from(data, (char) => char.charCodeAt(0))),
    );
    this.terminal.onSelectionChange(() => listener.selected(this.terminal.hasSelection()));
    this.terminal.parser.registerOscHandler(52, (data) => {
      if (this.isDriver && !this.output.isReplaying) this.clipboard.requested(data);
      return true;
    });
    findAtEachTouch(container, this.terminal);
    this.terminal.registerLinkProvider(linkProvider(this.terminal, this.links, isFinger));
    this.sizes = new SizeRequest(
      () => ({ cols: this.terminal.cols, rows: this.terminal.rows }),
      (size) => this.connection.resize(size),
    );
    const fontSize = () => options.settings().fontSize;
    this.layout = new TerminalLayout(container, this.terminal, fontSize, (size) => this.sizes.fits(size));
    this.notices = new NoticePlace(pane, container, this.terminal);
    this.connection = new TerminalConnection(
      { url: __WS_URL__, size: () => this.sizes.forAttach(), scrollback: true, ...options },
      this,
    );
    // For tests, which read the buffer: what is drawn on a canvas cannot be read from the page.
    Object.assign(container, { terminal: this.terminal });
  }

  // What the connection has to say.

  write(data: Uint8Array, offset: number, isReplay: boolean): void {
    this.output.output(data, offset, isReplay);
  }

  resize(size: TerminalSize): void {
    this.output.resize(size);
  }

  reset(size: TerminalSize): void {
    this.hasMoreAbove = false;
    this.output.renew(size);
  }

  snapshot(size: TerminalSize, data: Uint8Array, offset: number): void {
    this.hasMoreAbove = false;
    this.output.snapshot(size, data, offset, true);
  }

  keepLines(lines: number): void {
    this.terminal.options.scrollback = Math.max(LEAST_SCROLLBACK_LINES, lines);
  }

  scrollback({ data, more }: Scrollback): void {
    const isThere = this.output.scrollback(data);
    this.hasMoreAbove = more || !isThere;
  }

  phase(phase: ConnectionPhase): void {
    const isAttached = phase.phase === 'attached' || phase.phase === 'unresponsive';
    if (isAttached) this.isDriver = phase.state.role === 'driver';
    this.wasAttached ||= isAttached;
    this.layout.own(!this.wasAttached || (isAttached && this.isDriver));
    this.sizes.allow(phase.phase === 'attached' && this.isDriver);
    if (phase.phase === 'ended') this.output.end(() => encoder.encode(resumeHintEraser(this.terminal) ?? ''));
    this.listener.phase(phase);
  }

  latency(rttMs: number): void {
    this.listener.latency(rttMs);
  }

  refused(code: StatusCode): void {
    this.listener.refused(code);
  }

  waiting(messages: number): void {
    this.listener.waiting(messages);
  }

  discarded(keys: number): void {
    this.listener.discarded(keys);
  }

  // What the page wants.

  /** A key of the key bar. */
  press(key: BarKey): void {
    this.input.press(key);
  }

  /** The next key is taken with this modifier. */
  toggle(modifier: Modifier): void {
    this.input.toggle(modifier);
    this.focus();
  }

  /** Inserts text as a paste, so that programs do not take it for keys. */
  paste(text: string): void {
    this.input.paste(text);
  }

  /** Pastes what is on the person's clipboard. */
  pasteFromClipboard(): void {
    background('clipboard', this.input.pasteFromClipboard());
  }

  /** Puts text that a program has asked for onto the clipboard, as the person has allowed. */
  copy(text: string): void {
    this.clipboard.write(text);
  }

  copySelection(): void {
    const selection = this.terminal.getSelection();
    if (selection !== '') background('clipboard', copyText(selection));
  }

  focus(): void {
    this.terminal.focus();
  }

  takeOver(): void {
    this.connection.takeOver();
    this.focus();
  }

  reconnectNow(): void {
    this.look();
    this.focus();
  }

  /** Looks at once whether the connection is alive. */
  look(): void {
    this.connection.look();
  }

  authenticate(token: string): void {
    this.connection.authenticate(token);
  }

  restyle(theme: keyof typeof TERMINAL_THEMES): void {
    const { screenReader, renderer } = this.options.settings();
    this.terminal.options.theme = TERMINAL_THEMES[theme];
    this.terminal.options.minimumContrastRatio = MINIMUM_CONTRAST[theme];
    if (renderer !== this.renderer) this.render(renderer);
    this.terminal.options.screenReaderMode = screenReader;
    this.layout.update();
  }

  close(): void {
    this.notices.close();
    this.layout.close();
    this.sizes.close();
    this.input.close();
    this.connection.close();
    this.output.close();
    this.turns.close();
    this.terminal.dispose();
  }

  /** The terminal gives out keys, reports, and answers to what a program has asked. */
  private gaveOut(data: string): void {
    if (this.output.isParsing) return this.answered(data);
    if (!this.isDriver && isReport(data)) return;
    if (!this.connection.type(encoder.encode(this.input.withModifiers(data)))) this.listener.refused('too-much-input');
  }

  /** Programs are answered once, by the terminal of their driver, and not when others have asked long ago. */
  private answered(data: string): void {
    if (this.isDriver && !this.output.isReplaying) this.connection.type(encoder.encode(data));
  }

  private lookForEnd(): void {
    const { viewportY, baseY, length } = this.terminal.buffer.active;
    const isFull = length >= (this.terminal.options.scrollback ?? 0) + this.terminal.rows;
    const isEndInView = baseY > 0 && viewportY === 0 && (this.hasMoreAbove || isFull);
    if (isEndInView === this.isEndInView) return;
    this.isEndInView = isEndInView;
    this.listener.endOfLines(isEndInView);
  }

  private render(renderer: Settings['renderer']): void {
    this.renderer = renderer;
    this.endRenderer();
    this.endRenderer = useRenderer(this.terminal, renderer);
  }
}
