import type { XtermCore } from '@claude-webui/protocol';
import type { Terminal } from '@xterm/headless';

/** Modes that xterm.js has, of which its own state tells. */
const KNOWN = new Set([
  1, 2, 3, 6, 7, 9, 25, 45, 47, 66, 1000, 1002, 1003, 1004, 1006, 1016, 1047, 1048, 1049, 2004, 2026,
]);
/** Changes the blinking that the person has chosen, which RIS does not bring back. */
const CURSOR_BLINK = 12;
/** Programs set a dozen at most. */
const MAX_OTHER_MODES = 64;

const MOUSE_PROTOCOLS: Readonly<Record<string, number>> = { X10: 9, VT200: 1000, DRAG: 1002, ANY: 1003 };
const MOUSE_ENCODINGS: Readonly<Record<string, number>> = { SGR: 1006, SGR_PIXELS: 1016 };
const CURSOR_SHAPES = { block: 1, underline: 3, bar: 5 } as const;

/** Modes that do not move the cursor when they are set. */
export class Modes {
  /** Modes that xterm.js does not have and another terminal may. */
  private readonly others = new Map<number, boolean>();

  constructor(
    terminal: Terminal,
    private readonly core: XtermCore,
  ) {
    const set = (on: boolean) => (modes: (number | number[])[]) => {
      for (const mode of modes) if (typeof mode === 'number' && !KNOWN.has(mode)) this.note(mode, on);
      return false;
    };
    terminal.parser.registerCsiHandler({ prefix: '?', final: 'h' }, set(true));
    terminal.parser.registerCsiHandler({ prefix: '?', final: 'l' }, set(false));
    terminal.parser.registerEscHandler({ final: 'c' }, () => {
      for (const mode of [...this.others.keys()]) if (mode !== CURSOR_BLINK) this.others.delete(mode);
      return false;
    });
  }

  /** From those of a terminal that was reset to these. */
  sequence(): string {
    const { coreService, coreMouseService, optionsService } = this.core;
    const { decPrivateModes: modes } = coreService;
    const on: (number | undefined)[] = [
      modes.applicationCursorKeys ? 1 : undefined,
      modes.reverseWraparound ? 45 : undefined,
      modes.applicationKeypad ? 66 : undefined,
      MOUSE_PROTOCOLS[coreMouseService.activeProtocol],
      MOUSE_ENCODINGS[coreMouseService.activeEncoding],
      modes.sendFocus ? 1004 : undefined,
      modes.bracketedPasteMode ? 2004 : undefined,
      modes.synchronizedOutput ? 2026 : undefined,
    ];
    const off = [modes.wraparound ? undefined : 7, coreService.isCursorHidden ? 25 : undefined];
    return [
      ...[...this.others].map(([mode, isOn]) => privateModes([mode], isOn ? 'h' : 'l')),
      privateModes(on, 'h'),
      privateModes(off, 'l'),
      coreService.modes.insertMode ? '\x1b[4h' : '',
      // RIS leaves it.
      optionsService.rawOptions.convertEol ? '\x1b[20h' : '\x1b[20l',
      this.cursorShape(),
    ].join('');
  }

  private note(mode: number, on: boolean): void {
    if (this.others.has(mode) || this.others.size < MAX_OTHER_MODES) this.others.set(mode, on);
  }

  private cursorShape(): string {
    const { cursorStyle, cursorBlink } = this.core.coreService.decPrivateModes;
    if (cursorBlink === undefined) return '';
    // 7 and 8 change the blinking alone.
    const shape = cursorStyle === undefined ? 7 : CURSOR_SHAPES[cursorStyle];
    return `\x1b[${shape + (cursorBlink ? 0 : 1)} q`;
  }
}

function privateModes(modes: readonly (number | undefined)[], final: string): string {
  const present = modes.filter((mode) => mode !== undefined);
  return present.length === 0 ? '' : `\x1b[?${present.join(';')}${final}`;
}
