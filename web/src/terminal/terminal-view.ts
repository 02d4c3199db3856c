import type { StatusCode, TerminalSize } from '@claude-webui/protocol';
import { repairXterm } from '@claude-webui/protocol';
import { FitAddon } from '@xterm/addon-fit';
import { SearchAddon } from '@xterm/addon-search';
import { UnicodeGraphemesAddon } from '@xterm/addon-unicode-graphemes';
import { Terminal } from '@xterm/xterm';
import '@xterm/xterm/css/xterm.css';
import type { Credential } from '../connection/link-opener';
import type { ConnectionPhase, TerminalConsumer } from '../connection/terminal-connection';
import { TerminalConnection } from '../connection/terminal-connection';
import { copyText } from '../ui/clipboard';
import type { Settings } from '../ui/settings';
import { ClipboardGate } from './clipboard/clipboard-gate';
import type { ClipboardQuestion } from './clipboard/clipboard-gate';
import type { BarKey } from './keyboard/key-sequence';
import type { LinkInView } from './links/link-target';
import { useRenderer } from './renderer';
import type { Shortcut } from './keyboard/shortcuts';
import type { HeldModifiers, Modifier } from './keyboard/sticky-modifiers';
import { TerminalInput } from './terminal-input';
import { linkHandler, linkProvider } from './links/terminal-links';
import type { LinkListener } from './links/terminal-links';
import { isReport } from './report';
import { MINIMUM_CONTRAST, TERMINAL_THEMES } from './themes';

const SCROLLBACK_LINES = 10_000;
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
  size(size: TerminalSize): void;
  shortcut(shortcut: Shortcut): void;
  files(files: File[], way: 'pasted' | 'dropped'): void;
  /** The browser does not say what is on the clipboard. */
  clipboardUnreadable(): void;
  /** A program wants to write to the clipboard; null: there is nothing to ask any more. */
  clipboardQuestion(question: ClipboardQuestion | null): void;
  clipboardTooLarge(): void;
  link(link: LinkInView | null): void;
  held(held: HeldModifiers): void;
  selected(isSomething: boolean): void;
}

/** A terminal on the page and its connection. Owns both: `close` ends them. */
export class TerminalView implements TerminalConsumer {
  readonly search = new SearchAddon();
  private readonly terminal: Terminal;
  private readonly fit = new FitAddon();
  private readonly connection: TerminalConnection;
  private readonly observer: ResizeObserver;
  private readonly input: TerminalInput;
  private readonly clipboard: ClipboardGate;
  private readonly links: LinkListener = {
    hovered: (url) => this.listener.link(url === null ? null : { url, isTapped: false }),
    tapped: (url) => this.listener.link({ url, isTapped: true }),
  };
  private renderer: Settings['renderer'] = 'automatic';
  private endRenderer: () => void = () => undefined;
  private isDriver = false;

  constructor(
    private readonly container: HTMLElement,
    private readonly options: TerminalViewOptions,
    private readonly listener: TerminalViewListener,
  ) {
    const settings = options.settings();
    this.terminal = new Terminal({
      allowProposedApi: true,
      scrollback: SCROLLBACK_LINES,
      fontFamily: FONT,
      fontSize: settings.fontSize,
      screenReaderMode: settings.screenReader,
      theme: TERMINAL_THEMES[options.theme],
      cursorBlink: !matchMedia('(prefers-reduced-motion: reduce)').matches,
      minimumContrastRatio: MINIMUM_CONTRAST[options.theme],
      linkHandler: linkHandler(this.links),
    });
    this.terminal.loadAddon(this.fit);
    this.terminal.loadAddon(this.search);
    this.terminal.loadAddon(new UnicodeGraphemesAddon());
    repairXterm(this.terminal);
    this.terminal.open(container);
    this.render(settings.renderer);
    this.input = new TerminalInput(container, this.terminal, options.settings, () => this.isDriver, {
      shortcut: (shortcut) => (shortcut === 'copy' ? this.copySelection() : listener.shortcut(shortcut)),
      files: (files, way) => listener.files(files, way),
      clipboardUnreadable: () => listener.clipboardUnreadable(),
      held: (held) => listener.held(held),
    });
    this.clipboard = new ClipboardGate({
      permission: () => options.settings().clipboardWrite,
      write: copyText,
      question: (question) => listener.clipboardQuestion(question),
      tooLarge: () => listener.clipboardTooLarge(),
    });
    this.terminal.onData((data) => this.send(this.input.withModifiers(data)));
    // Reports of the mouse.
    this.terminal.onBinary(
      (data) => this.isDriver && this.connection.type(Uint8Array.from(data, (char) => char.charCodeAt(0))),
    );
    this.terminal.onSelectionChange(() => listener.selected(this.terminal.hasSelection()));
    this.terminal.parser.registerOscHandler(52, (data) => {
      if (this.isDriver) this.clipboard.requested(data);
      return true;
    });
    this.terminal.registerLinkProvider(linkProvider(this.terminal, this.links));
    this.fit.fit();
    this.connection = new TerminalConnection({ url: __WS_URL__, size: () => this.size(), ...options }, this);
    this.observer = new ResizeObserver(() => this.refit());
    this.observer.observe(container);
    // For tests, which read the buffer: what is drawn on a canvas cannot be read from the page.
    Object.assign(container, { terminal: this.terminal });
  }

  // What the connection has to say.

  write(data: Uint8Array, offset: number): void {
    this.terminal.write(data, () => this.connection.parsed(offset));
  }

  reset({ cols, rows }: TerminalSize): void {
    this.terminal.reset();
    if (!this.isDriver) this.terminal.resize(cols, rows);
  }

  phase(phase: ConnectionPhase): void {
    if (phase.phase === 'attached') {
      const { role, size } = phase.state;
      const becameDriver = role === 'driver' && !this.isDriver;
      this.isDriver = role === 'driver';
      if (becameDriver) this.refit();
      else if (!this.isDriver) this.terminal.resize(size.cols, size.rows);
    }
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
    void this.input.pasteFromClipboard();
  }

  /** Puts text that a program has asked for onto the clipboard, as the person has allowed. */
  copy(text: string): void {
    this.clipboard.write(text);
  }

  copySelection(): void {
    const selection = this.terminal.getSelection();
    if (selection !== '') void copyText(selection);
  }

  focus(): void {
    this.terminal.focus();
  }

  takeOver(): void {
    this.connection.takeOver();
    this.connection.resize(this.size());
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
    const { fontSize, screenReader, renderer } = this.options.settings();
    this.terminal.options.theme = TERMINAL_THEMES[theme];
    this.terminal.options.minimumContrastRatio = MINIMUM_CONTRAST[theme];
    if (renderer !== this.renderer) this.render(renderer);
    this.terminal.options.fontSize = fontSize;
    this.terminal.options.screenReaderMode = screenReader;
    this.refit();
  }

  close(): void {
    this.observer.disconnect();
    this.input.close();
    this.connection.close();
    this.terminal.dispose();
  }

  /** Sends what the terminal gives out: keys, and what it reports. */
  private send(data: string): void {
    // A terminal that only watches answers nobody.
    if (!this.isDriver && isReport(data)) return;
    if (!this.connection.type(encoder.encode(data))) this.listener.refused('too-much-input');
  }

  private render(renderer: Settings['renderer']): void {
    this.renderer = renderer;
    this.endRenderer();
    this.endRenderer = useRenderer(this.terminal, renderer);
  }

  private size(): TerminalSize {
    return { cols: this.terminal.cols, rows: this.terminal.rows };
  }

  /** Fills the place there is, if the terminal's size is ours to say. */
  private refit(): void {
    if (!this.isDriver || this.container.clientWidth === 0) return;
    const before = this.size();
    this.fit.fit();
    const size = this.size();
    this.listener.size(size);
    if (size.cols !== before.cols || size.rows !== before.rows) this.connection.resize(size);
  }
}
