import type { TerminalSize } from '@claude-webui/protocol';
import { SerializeAddon } from '@xterm/addon-serialize';
import { UnicodeGraphemesAddon } from '@xterm/addon-unicode-graphemes';
import { Terminal } from '@xterm/headless';
import { Modes } from './modes';
import { planParse } from './plain-flood';

/** A terminal without a screen: xterm.js itself, so that it agrees with the browser's to the cell. */
export class Emulator {
  private readonly terminal: Terminal;
  private readonly serializer = new SerializeAddon();
  private readonly modes: Modes;
  private ground = true;

  constructor(
    size: TerminalSize,
    private readonly scrollbackLines: number,
  ) {
    this.terminal = new Terminal({ ...size, scrollback: scrollbackLines, allowProposedApi: true, logLevel: 'off' });
    this.terminal.loadAddon(this.serializer);
    const graphemes = new UnicodeGraphemesAddon();
    this.terminal.loadAddon(graphemes);
    this.modes = new Modes(this.terminal);
  }

  /** Parses output, or as much of it as still shows. */
  async write(output: Buffer): Promise<void> {
    const keepLines = this.terminal.rows + this.scrollbackLines + 1;
    const plan = planParse(output, this.ground, keepLines);
    this.ground = plan.ground;
    await this.parse(output.subarray(0, plan.head));
    // Only now is it known whether the screen scrolls as a whole, without which the skipped lines would matter.
    await this.parse(output.subarray(this.modes.hasMargins ? plan.head : plan.tail));
  }

  resize({ cols, rows }: TerminalSize): void {
    this.terminal.resize(cols, rows);
  }

  /** What a fresh terminal of the same size must be sent to show the same. */
  serialize(): { size: TerminalSize; data: Buffer; scrollback: Buffer; more: boolean } {
    const { cols, rows } = this.terminal;
    const data = Buffer.from(this.serializer.serialize() + this.modes.serialize());
    return { size: { cols, rows }, data, scrollback: Buffer.alloc(0), more: false };
  }

  close(): void {
    this.terminal.dispose();
  }

  private parse(output: Buffer): Promise<void> {
    return new Promise((resolve) => this.terminal.write(output, resolve));
  }
}
