import type { XtermExtended, XtermLine } from '@claude-webui/protocol';
import type { Pen } from './pen';
import { BG, color } from './rendition';

/** Bits of a cell's content in xterm.js; its width is above them. */
const CODE_POINT = 0x1f_ffff;
const IS_COMBINED = 1 << 21;
const HAS_CONTENT = CODE_POINT | IS_COMBINED;
const WIDTH_SHIFT = 22;
/** What an erased cell may have in its `bg`. */
const COLOR = 0x03ff_ffff;

/** A wide character, to be overwritten. */
const WIDE = '\u3000';

/** Lines one below the other. */
export interface Lines {
  readonly count: number;
  readonly rows: number;
  get(index: number): XtermLine;
}

/**
 * Draws lines from the left upper corner of a blank screen. More than fit scroll up. Cells that are blank already are passed
 * over.
 */
export function drawLines(pen: Pen, lines: Lines): void {
  const ends = endsOf(lines);
  /** Background that the line's cells have before it is drawn. */
  let fill = 0;
  for (let index = 0; index < lines.count; index += 1) {
    const line = lines.get(index);
    const next = index + 1 < lines.count ? lines.get(index + 1) : null;
    const end = ends[index] ?? line.length;
    const isMarked = next !== null && next.isWrapped && end === MARKED;
    if (isMarked) markNextWrapped(pen, line.length, fill);
    const gap = drawCells(pen, line, isMarked ? line.length : end, fill);
    if (next === null) return;
    fill = goOn(pen, next, isMarked, gap, index + 1 >= lines.rows);
  }
}

/** Goes to the next line, which may scroll in. Returns the background that it has. */
function goOn(pen: Pen, next: XtermLine, isMarked: boolean, gap: number, scrolls: boolean): number {
  if (!next.isWrapped) {
    if (scrolls) pen.background(0);
    pen.control('\r\n');
    return 0;
  }
  if (!isMarked) {
    passOver(pen, gap);
    // The next character wraps. What scrolls in has the background of that one.
    return scrolls ? color(bgAt(next, 0)) : 0;
  }
  // Unlike a line feed this leaves the mark.
  pen.control('\x1b[E');
  pen.background(0);
  pen.control('\x1b[X');
  return 0;
}

/** In the place of an end: the next line does not come about by what is written. */
const MARKED = -1;

/** Up to which column each line is drawn before the next one. From the last to the first, as each depends on the next. */
function endsOf(lines: Lines): Int32Array {
  const ends = new Int32Array(lines.count);
  let next: XtermLine | null = null;
  let nextEnd = 0;
  for (let index = lines.count - 1; index >= 0; index -= 1) {
    const line = lines.get(index);
    if (!next?.isWrapped) nextEnd = line.length;
    // Only what is drawn in one go from the left can begin in the line before.
    else if (nextEnd === MARKED || needsPreparation(next, nextEnd)) nextEnd = MARKED;
    else nextEnd = endIfWrapping(line, next);
    ends[index] = nextEnd;
    next = line;
  }
  return ends;
}

/** Makes the line below the cursor's one that goes on from it, whatever is in the two; the cursor stays at the left edge. */
function markNextWrapped(pen: Pen, cols: number, fill: number): void {
  pen.background(0);
  pen.control(`\x1b[${cols}G`);
  pen.character('  ');
  pen.control(`\x1b[A\x1b[${cols}G`);
  pen.background(fill);
  pen.control('\x1b[X\r');
}

/** Makes the first line of a blank screen one that goes on from what is above it. The cursor is at its left edge, before and after. */
export function markFirstWrapped(pen: Pen, cols: number): void {
  pen.control(`\x1b[${cols}G`);
  pen.character('  ');
  pen.control('\x1b[H\x1b[M\x1b[X');
}

/** Up to where `line` is to be drawn so that the first character of `next` wraps to it and leaves both as they are; MARKED if that cannot be. */
function endIfWrapping(line: XtermLine, next: XtermLine): number {
  const last = line.length - 1;
  if (!hasContent(next, 0)) return MARKED;
  if (hasContent(line, last) || isSecondHalf(line, last)) return line.length;
  // A wide character that did not fit leaves a cell with its own looks.
  return widthAt(next, 0) === 2 && widthAt(line, last) === 1 && looksAlike(line, last, next, 0) ? last : MARKED;
}

/** Draws the cells before `end`. Returns how many blank ones at the end the cursor has still to pass. */
function drawCells(pen: Pen, line: XtermLine, end: number, fill: number): number {
  const to = needsPreparation(line, end) ? prepare(pen, line, end, fill) : end;
  let gap = 0;
  for (let column = 0; column < to;) {
    if (isErased(line, column)) {
      const background = color(bgAt(line, column));
      const from = column;
      while (column < to && isErased(line, column) && color(bgAt(line, column)) === background) column += 1;
      if (background !== fill) {
        passOver(pen, gap);
        gap = 0;
        pen.background(background);
        // From its first column on, erasing to the end would make the line one of its own.
        const toEnd = column === line.length && (from > 0 || !line.isWrapped);
        pen.control(toEnd ? '\x1b[K' : column - from === 1 ? '\x1b[X' : `\x1b[${column - from}X`);
      }
      gap += column - from;
    } else if (isHalf(line, column)) {
      // Half a wide character whose other half is not there; `prepare` has made it.
      column += 1;
      gap += 1;
    } else {
      passOver(pen, gap);
      gap = 0;
      column += drawAscii(pen, line, column, to) || drawCell(pen, line, column, fill);
    }
  }
  return gap;
}

function passOver(pen: Pen, columns: number): void {
  if (columns > 0) pen.control(columns === 1 ? '\x1b[C' : `\x1b[${columns}C`);
}

/**
 * Draws what begins at this column and is of ASCII and alike: most of all there is. Returns its width, 0 if it is nothing of
 * the kind.
 */
function drawAscii(pen: Pen, line: XtermLine, column: number, to: number): number {
  const { _data: data } = line;
  const fg = fgAt(line, column);
  const bg = bgAt(line, column);
  const extended = extendedAt(line, column);
  let width = 0;
  for (let at = column; at < to && width < asciiText.length; at += 1) {
    const code = (data[at * 3] ?? 0) - NARROW;
    if (code < 0x20 || code > 0x7e || data[at * 3 + 1] !== fg || data[at * 3 + 2] !== bg) break;
    if (extended !== undefined && line._extendedAttrs[at] !== extended) break;
    asciiText[width] = code;
    width += 1;
  }
  if (width === 0) return 0;
  pen.like(fg, bg, extended);
  pen.ascii(asciiText.toString('latin1', 0, width));
  return width;
}

/** Narrow content is above this. */
const NARROW = 1 << WIDTH_SHIFT;
const asciiText = Buffer.alloc(1024);

/** Draws what is at this column. Returns its width. */
function drawCell(pen: Pen, line: XtermLine, column: number, fill: number): number {
  if (!hasContent(line, column)) {
    if (column + 1 < line.length) drawStyledBlank(pen, column, line, column, fill);
    else drawAsSpace(pen, line, column);
    return 1;
  }
  const width = widthAt(line, column);
  pen.like(fgAt(line, column), bgAt(line, column), extendedAt(line, column));
  if (pen.character(contentAt(line, column)) !== width && column + width < line.length)
    pen.control(`\x1b[${column + width + 1}G`);
  return width;
}

function drawAsSpace(pen: Pen, line: XtermLine, column: number): void {
  pen.like(fgAt(line, column), bgAt(line, column), extendedAt(line, column));
  pen.character(' ');
}

/**
 * Makes a blank cell with more to it than a background. Terminals leave one where the first half of a wide character was
 * when its second half is overwritten.
 */
function drawStyledBlank(pen: Pen, at: number, line: XtermLine, column: number, fill: number): void {
  pen.character(WIDE);
  pen.control(`\x1b[${at + 2}G`);
  pen.like(fgAt(line, column), bgAt(line, column), extendedAt(line, column));
  pen.character(' ');
  pen.control(`\x1b[${at + 2}G`);
  pen.background(fill);
  pen.control('\x1b[X');
}

/** Whether something of the line's cells before `end` has to be made before the rest is drawn from left to right. */
function needsPreparation(line: XtermLine, end: number): boolean {
  if (end === line.length && isStyledBlank(line, end - 1)) return true;
  for (let column = 1; column < end; column += 1) if (isLoneHalf(line, column)) return true;
  return false;
}

/** Makes what can be made on a blank line only. Returns up to where the rest is to be drawn; the cursor is at the left edge. */
function prepare(pen: Pen, line: XtermLine, end: number, fill: number): number {
  for (let column = 1; column < end; column += 1) if (isLoneHalf(line, column)) drawLoneHalf(pen, line, column, fill);
  const to = end < line.length ? end : drawStyledBlanksAtEnd(pen, line, fill);
  pen.control('\r');
  return to;
}

/** Makes the second half of a wide character alone: what is inserted between the two pushes it out. */
function drawLoneHalf(pen: Pen, line: XtermLine, column: number, fill: number): void {
  const from = Math.max(0, column - 2);
  pen.control(`\x1b[${from + 1}G`);
  pen.like(fgAt(line, column), bgAt(line, column), extendedAt(line, column));
  pen.character(WIDE);
  pen.control(`\x1b[${from + 2}G`);
  pen.background(fill);
  pen.control('\x1b[@');
  if (column === 1) pen.control('\x1b[G\x1b[P');
}

/** Makes the styled blanks at the end of a line: further to the left, from where they are pushed to the edge. */
function drawStyledBlanksAtEnd(pen: Pen, line: XtermLine, fill: number): number {
  let end = line.length;
  while (end > 0 && isStyledBlank(line, end - 1)) end -= 1;
  const shift = end > 0 && isSecondHalf(line, end - 1) ? 2 : 1;
  if (end === line.length || end < shift || isLoneHalf(line, end - 1)) return line.length;
  pen.control(`\x1b[${end - shift + 1}G`);
  for (let column = end; column < line.length; column += 1) drawStyledBlank(pen, column - shift, line, column, fill);
  pen.control(`\x1b[${end - shift + 1}G\x1b[${shift}@`);
  return end;
}

/** Whether a line is as one that nothing was ever written to. */
export function isUntouched(line: XtermLine): boolean {
  return !line.isWrapped && isErasedLine(line) && color(bgAt(line, 0)) === 0;
}

/** Whether a line is blank and of one background. */
export function isErasedLine(line: XtermLine): boolean {
  for (let column = 0; column < line.length; column += 1)
    if (!isErased(line, column) || color(bgAt(line, column)) !== color(bgAt(line, 0))) return false;
  return true;
}

/** The content of a cell; empty if it has none. */
export function contentAt(line: XtermLine, column: number): string {
  const content = line._data[column * 3] ?? 0;
  if ((content & IS_COMBINED) !== 0) return line._combined[column] ?? '';
  return (content & CODE_POINT) === 0 ? '' : String.fromCodePoint(content & CODE_POINT);
}

export function fgAt(line: XtermLine, column: number): number {
  return line._data[column * 3 + 1] ?? 0;
}

export function bgAt(line: XtermLine, column: number): number {
  return line._data[column * 3 + 2] ?? 0;
}

export function extendedAt(line: XtermLine, column: number): XtermExtended | undefined {
  return (bgAt(line, column) & BG.hasExtended) === 0 ? undefined : line._extendedAttrs[column];
}

export function widthAt(line: XtermLine, column: number): number {
  return (line._data[column * 3] ?? 0) >>> WIDTH_SHIFT;
}

/** Whether this is the second cell of a wide character, though its first may be gone. */
function isHalf(line: XtermLine, column: number): boolean {
  return line._data[column * 3] === 0;
}

/** Whether this is the second cell of the wide character before it. */
export function isSecondHalf(line: XtermLine, column: number): boolean {
  return isHalf(line, column) && column > 0 && widthAt(line, column - 1) === 2;
}

function isLoneHalf(line: XtermLine, column: number): boolean {
  return isHalf(line, column) && !isSecondHalf(line, column);
}

/** Whether this is a cell without content that has more to it than a background. */
function isStyledBlank(line: XtermLine, column: number): boolean {
  return !hasContent(line, column) && !isErased(line, column) && !isHalf(line, column);
}

function hasContent(line: XtermLine, column: number): boolean {
  return ((line._data[column * 3] ?? 0) & HAS_CONTENT) !== 0;
}

/** Whether this is a cell as erasing leaves it: a background, no more. */
function isErased(line: XtermLine, column: number): boolean {
  const { _data: data } = line;
  const isNull = data[column * 3] === NARROW;
  return isNull && data[column * 3 + 1] === 0 && ((data[column * 3 + 2] ?? 0) & ~COLOR) === 0;
}

function looksAlike(one: XtermLine, column: number, other: XtermLine, otherColumn: number): boolean {
  const extended = extendedAt(one, column);
  const otherExtended = extendedAt(other, otherColumn);
  return (
    fgAt(one, column) === fgAt(other, otherColumn) &&
    bgAt(one, column) === bgAt(other, otherColumn) &&
    extended?._ext === otherExtended?._ext &&
    extended?._urlId === otherExtended?._urlId
  );
}
