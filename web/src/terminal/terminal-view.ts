import type { StatusCode, TerminalSize } from '@claude-webui/protocol';
import { ClipboardAddon } from '@xterm/addon-clipboard';
import { FitAddon } from '@xterm/addon-fit';
import { SearchAddon } from '@xterm/addon-search';
import { UnicodeGraphemesAddon } from '@xterm/addon-unicode-graphemes';
import { WebglAddon } from '@xterm/addon-webgl';
import { Terminal } from '@xterm/xterm';
import '@xterm/xterm/css/xterm.css';
import type { ConnectionPhase, Credential, TerminalConsumer } from '../connection/terminal-connection';
import { TerminalConnection } from '../connection/terminal-connection';
import { copyText } from '../ui/clipboard';
import type { Settings } from '../ui/settings';
import { findLinks } from './links';
import { TERMINAL_THEMES } from './themes';

const SCROLLBACK_LINES = 10_000;
/** Rows above and below that a broken link may reach. */
const LINK_REACH_ROWS = 6;
const FONT = "'JetBrains Mono', 'Cascadia Code', 'SF Mono', Menlo, Consolas, 'DejaVu Sans Mono', monospace";
const encoder = new TextEncoder();

export interface TerminalViewOptions {
  sessionId?: string;
  mode: 'drive' | 'view';
  credential: () => Promise<Credential>;
  settings: () => Settings;
  theme: keyof typeof TERMINAL_THEMES;
}

export interface TerminalViewListener {
  phase(phase: ConnectionPhase): void;
  latency(rttMs: number): void;
  refused(code: StatusCode): void;
  waiting(messages: number): void;
  size(size: TerminalSize): void;
  search(): void;
}

/** A terminal on the page and its connection. Owns both: `close` ends them. */
export class TerminalView implements TerminalConsumer {
  readonly search = new SearchAddon();
  private readonly terminal: Terminal;
  private readonly fit = new FitAddon();
  private readonly connection: TerminalConnection;
  private readonly observer: ResizeObserver;
  private isDriver = false;
  /** What an on-screen Ctrl key waits for. */
  private controlPending = false;

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
      macOptionIsMeta: true,
      linkHandler: { activate: (_event, url) => openLink(url) },
    });
    this.terminal.loadAddon(this.fit);
    this.terminal.loadAddon(this.search);
    this.terminal.loadAddon(new UnicodeGraphemesAddon());
    this.terminal.loadAddon(new ClipboardAddon(undefined, clipboardByPolicy(options.settings)));
    this.terminal.open(container);
    this.useWebgl();
    this.terminal.attachCustomKeyEventHandler((event) => this.key(event));
    this.terminal.onData((data) => this.type(data));
    this.terminal.onBinary((data) => this.connection.type(Uint8Array.from(data, (char) => char.charCodeAt(0))));
    this.provideLinks();
    this.fit.fit();
    this.connection = new TerminalConnection({ url: __WS_URL__, size: this.size(), ...options }, this);
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

  /** Sends text as if typed. */
  type(text: string): void {
    // Reports of the focus, which comes back with the tap on the Ctrl key, are no key.
    const withControl = this.controlPending && text.length === 1;
    if (withControl) this.controlPending = false;
    const data = withControl ? controlled(text) : text;
    if (!this.connection.type(encoder.encode(data))) this.listener.refused('too-much-input');
  }

  /** The next key typed is taken with Ctrl. */
  holdControl(): void {
    this.controlPending = true;
    this.focus();
  }

  /** Inserts text as a paste, so that programs do not take it for keys. */
  paste(text: string): void {
    this.terminal.paste(text);
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
    this.focus();
  }

  reconnectNow(): void {
    this.connection.reconnectNow();
    this.focus();
  }

  authenticate(token: string): void {
    this.connection.authenticate(token);
  }

  restyle(theme: keyof typeof TERMINAL_THEMES): void {
    const { fontSize, screenReader } = this.options.settings();
    this.terminal.options.theme = TERMINAL_THEMES[theme];
    this.terminal.options.fontSize = fontSize;
    this.terminal.options.screenReaderMode = screenReader;
    this.refit();
  }

  close(): void {
    this.observer.disconnect();
    this.connection.close();
    this.terminal.dispose();
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

  private key(event: KeyboardEvent): boolean {
    if (event.type !== 'keydown') return true;
    if (event.key === 'Enter' && event.shiftKey && !event.ctrlKey) {
      // What Claude Code takes for a new line in the prompt.
      event.preventDefault();
      this.type('\x1b\r');
      return false;
    }
    if (!event.ctrlKey || !event.shiftKey) return true;
    const action = { KeyF: () => this.listener.search(), KeyC: () => this.copySelection() }[event.code];
    if (action === undefined) return event.code !== 'KeyV';
    event.preventDefault();
    action();
    return false;
  }

  private useWebgl(): void {
    try {
      const webgl = new WebglAddon();
      webgl.onContextLoss(() => webgl.dispose());
      this.terminal.loadAddon(webgl);
    } catch {
      // No WebGL 2 here; xterm.js draws with elements instead.
    }
  }

  private provideLinks(): void {
    this.terminal.registerLinkProvider({
      provideLinks: (y, callback) => {
        const buffer = this.terminal.buffer.active;
        const first = Math.max(0, y - 1 - LINK_REACH_ROWS);
        const rows = Array.from({ length: 2 * LINK_REACH_ROWS + 1 }, (_, index) => buffer.getLine(first + index))
          .filter((line) => line !== undefined)
          .map((line) => ({ text: line.translateToString(), wrapped: line.isWrapped }));
        const links = findLinks(rows, this.terminal.cols)
          .filter(({ from, to }) => first + from.row < y && first + to.row >= y - 1)
          .map(({ url, from, to }) => ({
            text: url,
            range: {
              start: { x: from.column + 1, y: first + from.row + 1 },
              end: { x: to.column + 1, y: first + to.row + 1 },
            },
            activate: () => openLink(url),
          }));
        callback(links);
      },
    });
  }
}

function openLink(url: string): void {
  if (/^https?:/.test(url)) window.open(url, '_blank', 'noopener,noreferrer');
}

/** Programs may write to the clipboard if the person allows it, and never read it (OSC 52). */
function clipboardByPolicy(settings: () => Settings) {
  return {
    readText: () => '',
    writeText: async (_selection: string, text: string) => {
      if (settings().clipboardWrite) await copyText(text);
    },
  };
}

/** The character that Ctrl makes of a key (ASCII 0 to 31). */
function controlled(key: string): string {
  const code = key.toUpperCase().charCodeAt(0);
  return code >= 0x40 && code < 0x60 ? String.fromCharCode(code - 0x40) : key;
}
