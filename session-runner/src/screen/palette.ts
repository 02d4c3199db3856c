import type { XtermColorRequest, XtermCore } from '@claude-webui/protocol';

const SET = 1;
const RESTORE = 2;
/** Below are the colours of OSC 4; from here on, those of OSC 10, 11 and 12. */
const FIRST_SPECIAL = 256;
/** All colours as the person has chosen them. */
const RESTORED = '\x1b]104\x1b\\\x1b]110\x1b\\\x1b]111\x1b\\\x1b]112\x1b\\';

/** Colours that programs have changed. Only browsers show them, so xterm.js keeps them nowhere but there. */
export class Palette {
  private readonly changed = new Map<number, string>();

  constructor(core: XtermCore) {
    core._inputHandler.onColor((requests) => {
      for (const request of requests) this.take(request);
    });
  }

  /** From whatever colours to these. */
  sequence(): string {
    const colors = [...this.changed].map(([index, value]) =>
      index < FIRST_SPECIAL ? `\x1b]4;${index};${value}\x1b\\` : `\x1b]${index - FIRST_SPECIAL + 10};${value}\x1b\\`,
    );
    return RESTORED + colors.join('');
  }

  private take({ type, index, color }: XtermColorRequest): void {
    if (type === SET && index !== undefined && color !== undefined)
      this.changed.set(index, `#${color.map((part) => part.toString(16).padStart(2, '0')).join('')}`);
    if (type !== RESTORE) return;
    if (index !== undefined) this.changed.delete(index);
    else for (const each of [...this.changed.keys()]) if (each < FIRST_SPECIAL) this.changed.delete(each);
  }
}
