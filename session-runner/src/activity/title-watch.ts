/** OSC 0, which sets a terminal's title (xterm's ctlseqs). */
const TITLE = Buffer.from('\x1b]0;');
/** Claude's title begins with one character of three bytes. */
const SIGN_BYTES = 3;
const NOTHING = Buffer.alloc(0);

/**
 * Finds Claude's titles in its output: `✳ Claude Code` at rest; while it works, its first character is one that turns (◐, ◑; before
 * 2.1.300 of Braille). Output comes in pieces that may be cut anywhere.
 */
export class TitleWatch {
  /** The end of the last piece, if a title may have begun in it. */
  private begun: Buffer = NOTHING;

  /** Whether Claude works by the last title in this piece; null if there is none. The piece is not kept. */
  look(piece: Buffer): boolean | null {
    const whole = this.begun.length === 0 ? piece : Buffer.concat([this.begun, piece]);
    let works: boolean | null = null;
    let at = whole.indexOf(TITLE);
    for (; at !== -1; at = whole.indexOf(TITLE, at + 1)) works = signOf(whole, at + TITLE.length) ?? works;
    this.begun = tailOf(whole);
    return works;
  }
}

/** From U+2500 to U+28FF, all of which begin with these bytes in UTF-8: geometric shapes, dingbats, Braille. */
function signOf(bytes: Buffer, at: number): boolean | null {
  const second = bytes[at + 1] ?? 0;
  if (bytes[at] !== 0xe2 || second < 0x94 || second > 0xa3 || bytes[at + 2] === undefined) return null;
  const isAtRest = second === 0x9c && bytes[at + 2] === 0xb3;
  return !isAtRest;
}

/** The part of a piece in which an unfinished title and its first character may be. */
function tailOf(piece: Buffer): Buffer {
  const last = piece.lastIndexOf(0x1b);
  const isUnfinished = last !== -1 && piece.length - last < TITLE.length + SIGN_BYTES;
  return isUnfinished ? Buffer.from(piece.subarray(last)) : NOTHING;
}
