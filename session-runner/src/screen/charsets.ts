import type { XtermCharset, XtermCore } from '@claude-webui/protocol';

/** Final bytes that designate a character set in xterm.js, without B, which is ASCII and none. */
const FINALS = '0A4C5RQKYE6ZH7=';
/** Of designations of G0 to G3, and what invokes them. */
const INTERMEDIATES = ['(', ')', '*', '+'];
const INVOCATIONS = ['\x0f', '\x0e', '\x1bn', '\x1bo'];

/** The names of character sets. */
export class Charsets {
  private readonly finals = new Map<XtermCharset, string>();

  /** `core` is that of a terminal nothing was written to yet. */
  constructor(core: XtermCore) {
    for (const final of FINALS) {
      core._inputHandler.selectCharset(`(${final}`);
      const charset = core._charsetService._charsets[0];
      if (charset !== undefined && !this.finals.has(charset)) this.finals.set(charset, final);
    }
    core._inputHandler.selectCharset('(B');
  }

  /** From ASCII everywhere to these sets. */
  sequence(charsets: readonly (XtermCharset | undefined)[], level: number): string {
    const designations = INTERMEDIATES.map((intermediate, index) => {
      const charset = charsets[index];
      return charset === undefined ? '' : `\x1b${intermediate}${this.finals.get(charset) ?? 'B'}`;
    });
    return designations.join('') + (level === 0 ? '' : (INVOCATIONS[level] ?? ''));
  }

  /** And back. */
  sequenceBack(charsets: readonly (XtermCharset | undefined)[], level: number): string {
    const designations = INTERMEDIATES.map((intermediate, index) =>
      charsets[index] === undefined ? '' : `\x1b${intermediate}B`,
    );
    return designations.join('') + (level === 0 ? '' : (INVOCATIONS[0] ?? ''));
  }
}
