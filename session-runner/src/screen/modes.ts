import type { Terminal } from '@xterm/headless';

/** DEC private modes that the serializer leaves out: mouse encodings, colour-scheme reports, the cursor. */
const TRACKED = new Set([25, 1005, 1006, 1015, 1016, 2031]);
const ON_BY_DEFAULT = new Set([25]);

/**
 * Follows state that a snapshot must restore and that `@xterm/addon-serialize` 0.14 does not: mouse encoding and cursor
 * visibility (its `_serializeModes` reads `terminal.modes`, which has neither), cursor shape, title. And scroll margins, which it could
 * not restore either and which forbid skipping.
 */
export class Modes {
  private readonly changed = new Map<number, boolean>();
  private cursorShape: number | null = null;
  private title = '';
  private margins = false;

  constructor(terminal: Terminal) {
    const { parser } = terminal;
    const set = (on: boolean) => (params: (number | number[])[]) => {
      for (const mode of params) if (typeof mode === 'number' && TRACKED.has(mode)) this.changed.set(mode, on);
      return false;
    };
    const reset = () => {
      this.changed.clear();
      this.cursorShape = null;
      this.margins = false;
      return false;
    };
    parser.registerCsiHandler({ prefix: '?', final: 'h' }, set(true));
    parser.registerCsiHandler({ prefix: '?', final: 'l' }, set(false));
    parser.registerCsiHandler({ intermediates: ' ', final: 'q' }, ([shape]) => {
      this.cursorShape = typeof shape === 'number' ? shape : 0;
      return false;
    });
    parser.registerCsiHandler({ final: 'r' }, ([top, bottom]) => {
      const whole = (top === undefined || Number(top) <= 1) && (!bottom || Number(bottom) >= terminal.rows);
      this.margins = !whole;
      return false;
    });
    parser.registerCsiHandler({ intermediates: '!', final: 'p' }, reset);
    parser.registerEscHandler({ final: 'c' }, reset);
    terminal.onTitleChange((title) => {
      this.title = title;
    });
  }

  /** Whether only part of the screen scrolls. */
  get hasMargins(): boolean {
    return this.margins;
  }

  /** Sequences that bring a fresh terminal to these modes. */
  serialize(): string {
    const modes = [...this.changed].filter(([mode, on]) => on !== ON_BY_DEFAULT.has(mode));
    const shape = this.cursorShape === null ? '' : `\x1b[${this.cursorShape} q`;
    const title = this.title === '' ? '' : `\x1b]0;${this.title}\x07`;
    return modes.map(([mode, on]) => `\x1b[?${mode}${on ? 'h' : 'l'}`).join('') + shape + title;
  }
}
