import type { Repairs, TerminalSize, XtermCore } from '@claude-webui/protocol';
import { MAX_REDRAW_LINE_FEEDS, repairXterm, xtermCore } from '@claude-webui/protocol';
import { UnicodeGraphemesAddon } from '@xterm/addon-unicode-graphemes';
import { Terminal } from '@xterm/headless';
import { Charsets } from './charsets';
import { Links } from './links';
import { Modes } from './modes';
import { Palette } from './palette';
import { findFlood } from './plain-flood';
import type { Parts } from './snapshot';
import { screenSequence, scrollbackSequence } from './snapshot';
import { Unfinished, splitWhole } from './unfinished';

/** So much is parsed before others have their turn: about a millisecond. */
const SLICE_BYTES = 32 * 1024;
const NOTHING = Buffer.alloc(0);

export interface Serialized {
  size: TerminalSize;
  data: Buffer;
  scrollback: Buffer;
  more: boolean;
}

/** A terminal without a screen: xterm.js itself, so that it agrees with the browser's to the cell. */
export class Emulator {
  private readonly terminal: Terminal;
  private readonly core: XtermCore;
  private readonly parts: Parts;
  private readonly unfinished = new Unfinished();
  /** The beginning of a character. */
  private held: Uint8Array = new Uint8Array(0);
  private hasDropped = false;

  constructor(
    size: TerminalSize,
    private readonly scrollbackLines: number,
  ) {
    this.terminal = new Terminal({ ...size, scrollback: scrollbackLines, allowProposedApi: true, logLevel: 'off' });
    this.terminal.loadAddon(new UnicodeGraphemesAddon());
    this.core = xtermCore(this.terminal);
    const repairs: Repairs = repairXterm(this.terminal);
    this.parts = {
      core: this.core,
      repairs,
      links: new Links(this.core),
      charsets: new Charsets(this.core),
      palette: new Palette(this.core),
      modes: new Modes(this.terminal, this.core),
    };
    this.terminal.parser.registerCsiHandler({ final: 'J' }, ([what]) => this.erased(what === 3));
    this.terminal.parser.registerEscHandler({ final: 'c' }, () => this.erased(true));
  }

  /** Parses output, or as much of it as still shows. */
  async write(output: Buffer): Promise<void> {
    const rest = await this.absorb(output);
    await this.parse(rest);
  }

  /**
   * Parses output but for the plain lines at its end, and returns those, perhaps none: more of their kind may push them out of the
   * scrollback before anybody looks. What follows is to be given behind them.
   */
  async absorb(output: Buffer): Promise<Buffer> {
    // What is left of it ends whatever is awaited after a change of size, as all of it would.
    const flood = findFlood(output, Math.max(2 * this.terminal.rows + this.scrollbackLines, MAX_REDRAW_LINE_FEEDS + 1));
    if (flood === null) {
      await this.parse(output);
      return NOTHING;
    }
    await this.parse(output.subarray(0, flood.from));
    // Only now is it known whether every line feed scrolls the whole screen.
    const mayLeaveOut = this.isBetweenSequences && !this.hasMargins;
    if (!mayLeaveOut) {
      await this.parse(output.subarray(flood.from));
      return NOTHING;
    }
    this.hasDropped = true;
    return output.subarray(flood.to);
  }

  resize(size: TerminalSize): void {
    this.parts.repairs.resize(size);
  }

  /** What a terminal that was reset, of the same size, must be sent to be in the same state. */
  serialize(): Serialized {
    const { cols, rows } = this.terminal;
    const screen = Buffer.from(screenSequence(this.parts));
    const unfinished = this.unfinished.sequence(this.core._inputHandler._parser.currentState);
    return {
      size: { cols, rows },
      data: Buffer.concat([screen, unfinished, this.held]),
      scrollback: Buffer.from(scrollbackSequence(this.parts)),
      more: this.hasDropped,
    };
  }

  close(): void {
    this.terminal.dispose();
  }

  /** Not by `terminal.write`, where an exception would be nobody's and leave the terminal dead. */
  private async parse(output: Buffer): Promise<void> {
    for (let from = 0; from < output.length; from += SLICE_BYTES) {
      if (from > 0) await new Promise((resolve) => setImmediate(resolve));
      const slice = output.subarray(from, from + SLICE_BYTES);
      const [whole, held] = splitWhole(this.held.length === 0 ? slice : Buffer.concat([this.held, slice]));
      this.held = held;
      this.core._inputHandler.parse(whole);
      this.unfinished.note(whole, this.core._inputHandler._parser.currentState);
      const { lines } = this.core._bufferService.buffers.normal;
      if (lines.length === lines.maxLength) this.hasDropped = true;
    }
  }

  private erased(scrollback: boolean): false {
    if (scrollback) this.hasDropped = false;
    return false;
  }

  private get isBetweenSequences(): boolean {
    return this.core._inputHandler._parser.currentState === 0 && this.held.length === 0;
  }

  /** Whether only part of the screen scrolls. */
  private get hasMargins(): boolean {
    const { rows, buffers } = this.core._bufferService;
    return buffers.active.scrollTop !== 0 || buffers.active.scrollBottom !== rows - 1;
  }
}
