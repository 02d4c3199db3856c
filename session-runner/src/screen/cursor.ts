import type { XtermBuffer, XtermCore, XtermLine } from '@claude-webui/protocol';
import type { Charsets } from './charsets';
import { bgAt, contentAt, extendedAt, fgAt, isErasedLine, isSecondHalf, widthAt } from './lines';
import type { Pen } from './pen';
import type { Rendition } from './rendition';
import { color, isSameRendition, renditionOf, underlineStyle } from './rendition';

const ALTERNATE_SCREEN = '\x1b[?1047h';
const NORMAL_SCREEN = '\x1b[?1047l';
/** What of a character's properties decides about the next one: its width and its kind, not how it came about. */
const JOIN_MASK = 0x7e;

/** The character before the cursor. */
interface Character {
  column: number;
  width: number;
  content: string;
}

/** What was written last, with nothing after it, as it can be written again. */
interface LastWritten {
  column: number;
  text: string;
  /** How far it pushes what follows to the right where characters are inserted. */
  pushes: number;
}

/** How the cursor comes to where it is. */
type Way =
  /** By a sequence. */
  | 'move'
  /** By what was written last, which something may still join. */
  | 'join'
  /** Behind the last column, by the character there. */
  | 'write'
  /** Behind the last column, by erasing the whole line from there. */
  | 'erase'
  /** Behind the last column, by a space there. */
  | 'space'
  /** From the alternate screen, whose cursor the normal screen takes over. */
  | 'other';

/** The last steps of a snapshot: where the cursor is, how what it writes looks, and which character a combining one would join. */
export class Cursor {
  private readonly buffer: XtermBuffer;
  private readonly cols: number;
  private readonly before: Character | null;
  private readonly last: LastWritten | null;
  private readonly way: Way;

  constructor(
    private readonly pen: Pen,
    private readonly core: XtermCore,
  ) {
    this.buffer = core._bufferService.buffers.active;
    this.cols = core._bufferService.cols;
    this.before = characterBefore(this.buffer, this.cols);
    this.last = this.isReachable ? this.lastWritten() : null;
    this.way = this.chooseWay();
  }

  /** Puts the cursor where it is, or before the character that `finish` writes. */
  place(): void {
    const { before, last, buffer, cols } = this;
    if (this.way === 'other') this.placeFromOther();
    else if (this.way === 'join') this.move(last?.column ?? buffer.x);
    else if (this.way === 'move') this.move(buffer.x);
    else if (this.way === 'erase') this.eraseLine();
    else if (this.way === 'write' && before !== null) this.writeLastColumn(before.content, before.column);
    else this.writeLastColumn(' ', cols - 1);
    this.pen.break();
  }

  /** Sets how what follows is taken and looks, and writes the last character again if something may join it. */
  finish(charsets: Charsets): void {
    const { pen, core, last } = this;
    pen.control(charsets.sequence(core._charsetService._charsets, core._charsetService.glevel));
    const { fg, bg, extended } = core._inputHandler._curAttrData;
    // An underline's colour counts for the next underline too.
    pen.style({
      ...renditionOf(fg, bg, extended),
      underline: underlineStyle(extended),
      underlineColor: color(extended._ext),
    });
    if (last === null) return;
    // Where characters are inserted, what they push to the right comes back by that.
    if (core.coreService.modes.insertMode && last.pushes > 0) pen.control(`\x1b[${last.pushes}P`);
    pen.character(last.text);
  }

  private chooseWay(): Way {
    const { buffer, before } = this;
    if (!this.isReachable) return 'other';
    if (this.last !== null) return 'join';
    if (buffer.x < this.cols) return 'move';
    if (before !== null) return 'write';
    if (isErasedLine(this.line)) return 'erase';
    // What is erased in the last column cannot be there with the cursor behind it in the alternate screen; a space looks the same.
    return buffer === this.core._bufferService.buffers.normal ? 'other' : 'space';
  }

  /** In origin mode no sequence leads out of the margins. */
  private get isReachable(): boolean {
    const { y, scrollTop, scrollBottom } = this.buffer;
    return !this.core.coreService.decPrivateModes.origin || (y >= scrollTop && y <= scrollBottom);
  }

  private lastWritten(): LastWritten | null {
    const { before, core } = this;
    const { precedingJoinState } = core._inputHandler._parser;
    if (precedingJoinState === 0) return null;
    const { fg, bg, extended } = core._inputHandler._curAttrData;
    if (before === null || !isSameRendition(this.renditionAt(before.column), renditionOf(fg, bg, extended)))
      return null;
    const text = this.joinsLike(before.content, precedingJoinState) ? this.spelled(before.content) : null;
    if (text === null) return null;
    // Only its first code point pushes.
    const first = core.unicodeService.charProperties(before.content.codePointAt(0) ?? 0, 0);
    return { column: before.column, text, pushes: (first >> 1) & 3 };
  }

  private joinsLike(content: string, state: number): boolean {
    let joining = 0;
    for (const part of content) joining = this.core.unicodeService.charProperties(part.codePointAt(0) ?? 0, joining);
    return (joining & JOIN_MASK) === (state & JOIN_MASK);
  }

  /** What the character set in use makes this of; null if there is nothing. */
  private spelled(content: string): string | null {
    const { charset } = this.core._charsetService;
    if (charset === undefined || !Array.from(content).some((part) => part in charset)) return content;
    return Object.keys(charset).find((key) => charset[key] === content) ?? null;
  }

  private renditionAt(column: number): Rendition {
    const { line } = this;
    return renditionOf(fgAt(line, column), bgAt(line, column), extendedAt(line, column));
  }

  private get line(): XtermLine {
    const line = this.buffer.lines.get(this.buffer.ybase + this.buffer.y);
    if (line === undefined) throw new Error('the cursor is outside of the screen');
    return line;
  }

  private eraseLine(): void {
    this.move(this.cols - 1);
    this.pen.character(' ');
    this.pen.background(color(bgAt(this.line, 0)));
    // Up to the cursor: erasing all of it would make it a line of its own.
    this.pen.control('\x1b[1K');
  }

  private writeLastColumn(content: string, column: number): void {
    this.move(column);
    this.pen.style(this.renditionAt(column));
    this.pen.character(content);
  }

  private placeFromOther(): void {
    const { x, y } = this.buffer;
    const column = Math.min(x, this.cols - 1) + 1;
    this.pen.control(`${ALTERNATE_SCREEN}\x1b[${y + 1};${column}H`);
    if (x >= this.cols) this.pen.character(' ');
    this.pen.control(NORMAL_SCREEN);
  }

  private move(column: number): void {
    const { y, scrollTop } = this.buffer;
    const row = this.core.coreService.decPrivateModes.origin ? y - scrollTop : y;
    this.pen.control(row === 0 && column === 0 ? '\x1b[H' : `\x1b[${row + 1};${column + 1}H`);
  }
}

function characterBefore(buffer: XtermBuffer, cols: number): Character | null {
  const line = buffer.lines.get(buffer.ybase + buffer.y);
  const end = Math.min(buffer.x, cols) - 1;
  if (line === undefined || end < 0) return null;
  const column = isSecondHalf(line, end) ? end - 1 : end;
  const width = end - column + 1;
  const content = contentAt(line, column);
  return content === '' || widthAt(line, column) !== width ? null : { column, width, content };
}
