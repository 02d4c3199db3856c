import type { Repairs, TerminalSize, XtermCore } from '@claude-webui/protocol';
import { repairXterm, xtermCore } from '@claude-webui/protocol';
import type { Terminal } from '@xterm/xterm';
import { parsedAnnouncer } from '../xterm-internals';
import type { StreamTarget } from './stream-applier';

/**
 * What xterm.js's own reset leaves as it is: a control sequence of which only a part has come (CAN ends it), a line feed that is also a
 * carriage return, colours that a program has set; and what we await of a program after a change of size.
 */
const LEFTOVERS = new TextEncoder().encode(
  '\x18\x1b[20l\x1b]104\x07\x1b]110\x07\x1b]111\x07\x1b]112\x07\x1b]7763;\x07',
);

/** xterm.js with a screen or without one. */
export type Emulator = Pick<Terminal, 'options' | 'resize' | 'reset' | 'parser' | 'onLineFeed' | 'onResize'>;

/**
 * xterm.js, doing at once what it is told. Its `write` parses later, from a timer: browsers slow those of hidden pages to one in a
 * second or a minute, a change of size has no place between two writes, and what the terminal answers to a query cannot be told from
 * a key. No parser handler may return a promise.
 */
export class SynchronousTerminal implements StreamTarget {
  private readonly core: XtermCore;
  private readonly repairs: Repairs;
  private readonly announceParsed: () => void;
  private readonly cursorBlink: boolean;

  /** @param keepingView does a rebuild, after which the person sees what was seen before */
  constructor(
    private readonly terminal: Emulator,
    readonly keepingView: (rebuild: () => void) => void,
  ) {
    this.cursorBlink = terminal.options.cursorBlink ?? false;
    this.core = xtermCore(terminal);
    this.repairs = repairXterm(terminal);
    this.announceParsed = parsedAnnouncer(terminal);
  }

  parse(data: Uint8Array): void {
    this.core._inputHandler.parse(data);
    // Who shows the matches of a search looks for them again then.
    this.announceParsed();
  }

  resize(size: TerminalSize): void {
    this.repairs.resize(size);
  }

  renew(size: TerminalSize): void {
    this.core._inputHandler.parse(LEFTOVERS);
    this.terminal.reset();
    // Programs change the option itself (DECSET 12).
    this.terminal.options.cursorBlink = this.cursorBlink;
    this.resize(size);
  }
}
