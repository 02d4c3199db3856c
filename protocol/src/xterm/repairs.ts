/**
 * Faults of xterm.js 6.0.0, mended in every terminal of this project, the browsers' and the runners': a terminal that was
 * brought up by a snapshot and one that has read all output can agree only where what they do depends on nothing but what a
 * snapshot can carry. repairs.test.ts shows each fault in an unmended terminal, and so tells when its mending can go.
 */
import type { XtermBuffer, XtermCharset, XtermCore, XtermDecoder, XtermLine } from './internals';
import { xtermCore, xtermLinePrototype, xtermLinesPrototype } from './internals';
import { keepLinks } from './kept-links';
import { SizeChanges } from './size-changes';
import type { ResizableTerminal } from './size-changes';
import type { TerminalSize } from '../session';

/** The part of a terminal's API that is needed here. */
export interface RepairableTerminal extends ResizableTerminal {
  readonly parser: ResizableTerminal['parser'] & {
    registerCsiHandler(
      id: { prefix?: string; intermediates?: string; final: string },
      handler: (params: (number | number[])[]) => boolean,
    ): unknown;
  };
  onResize(listener: () => void): unknown;
}

export interface Repairs {
  savedCursor(buffer: XtermBuffer): SavedCursor;
  /** Instead of the terminal's own. */
  resize(size: TerminalSize): void;
  /** Brings another terminal, after its lines and its cursor, to what this one still does about its last change of size. */
  sizeChangeSequence(): string;
}

/** Once for each terminal, before it is written to. */
export function repairXterm(terminal: RepairableTerminal): Repairs {
  const core = xtermCore(terminal);
  core._inputHandler._utf8Decoder = new WholeCharacters(core._inputHandler._utf8Decoder);
  mendEraseAbove(terminal, core);
  limitCounts(core);
  mendWrappingAnew(core);
  limitClusters(core);
  mendUnwrapped(core);
  keepLinks(core);
  const saved = new SavedCursors(terminal, core);
  let { cols } = core._bufferService;
  terminal.onResize(() => {
    const { buffers, rows } = core._bufferService;
    for (const buffer of [buffers.normal, buffers.alt]) {
      settle(buffer, core, cols);
      saved.settle(buffer, rows);
    }
    ({ cols } = core._bufferService);
  });
  const sizes = new SizeChanges(terminal, core);
  return {
    savedCursor: (buffer) => saved.of(buffer),
    resize: (size) => sizes.resize(size),
    sizeChangeSequence: () => sizes.sequence(),
  };
}

/**
 * A character is lost when the data ends in it behind a byte 0x80, as in each of — … ’ “ (xtermjs/xterm.js#6003). So the
 * decoder gets whole characters only.
 */
class WholeCharacters implements XtermDecoder {
  private held = new Uint8Array(0);

  constructor(private readonly decoder: XtermDecoder) {}

  clear(): void {
    this.held = new Uint8Array(0);
    this.decoder.clear();
  }

  decode(input: Uint8Array, target: Uint32Array): number {
    let data = input;
    if (this.held.length > 0) {
      data = new Uint8Array(this.held.length + input.length);
      data.set(this.held);
      data.set(input, this.held.length);
    }
    const whole = data.length - unfinishedBytes(data);
    this.held = data.slice(whole);
    return this.decoder.decode(data.subarray(0, whole), target);
  }
}

/** How many bytes at the end of UTF-8 text begin a character that is not complete: 0 to 3. */
export function unfinishedBytes(data: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, data.length); back += 1) {
    const byte = data[data.length - back] ?? 0;
    if (byte < 0x80) return 0;
    if (byte >= 0xc0) return byte < 0xf8 && back < (byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4) ? back : 0;
  }
  return 0;
}

/**
 * Erasing above (ED 1) with the cursor in the last column looks for the next line at the cursor's row of the whole buffer:
 * it clears the flag of a line in the scrollback, and on the last row of a terminal without scrollback it throws, after
 * which that terminal never draws again.
 */
function mendEraseAbove(terminal: RepairableTerminal, core: XtermCore): void {
  const erase = (respectProtect: boolean) => (params: (number | number[])[]) => {
    const { cols, rows, buffers } = core._bufferService;
    const { x, y, ybase } = buffers.active;
    if (params[0] !== 1 || x + 1 < cols) return false;
    core._inputHandler.eraseInLine({ params: [2] }, respectProtect);
    const next = y + 1 < rows ? buffers.active.lines.get(ybase + y + 1) : undefined;
    if (next !== undefined) next.isWrapped = false;
    // What is above, without the fault.
    buffers.active.x = cols - 2;
    core._inputHandler.eraseInDisplay({ params: [1] }, respectProtect);
    buffers.active.x = x;
    return true;
  };
  terminal.parser.registerCsiHandler({ final: 'J' }, erase(false));
  terminal.parser.registerCsiHandler({ prefix: '?', final: 'J' }, erase(true));
}

/** A count is taken at its word: one sequence of 14 bytes keeps a terminal busy for minutes, or asks for 8 GB. */
function limitCounts(core: XtermCore): void {
  const limit = (final: string, most: (cols: number, rows: number) => number) =>
    core._inputHandler.registerCsiHandler({ final }, ({ params }) => {
      const { cols, rows } = core._bufferService;
      params[0] = Math.min(params[0] ?? 0, most(cols, rows));
      return false;
    });
  // Insert and delete lines, scroll up and down; tabs forward and back; repeat.
  for (const final of 'LMST') limit(final, (_cols, rows) => rows);
  for (const final of 'IZ') limit(final, (cols) => cols);
  limit('b', (cols, rows) => cols * rows);
}

/**
 * Where a narrower terminal needs more lines than it keeps, those above the first are set at negative indexes, which in a ring
 * that has turned are its last lines: the screen's.
 */
function mendWrappingAnew(core: XtermCore): void {
  const prototype = xtermLinesPrototype(core);
  if (mended.has(prototype)) return;
  mended.add(prototype);
  const { set } = prototype;
  prototype.set = function (index, line) {
    if (index >= 0) set.call(this, index, line);
  };
}

/** Prototypes: each is one for all terminals. */
const mended = new WeakSet<object>();

/**
 * A cell takes any number of combining characters: a program that goes on with them fills the memory, and each snapshot. What
 * does not fit is left out, as terminals must be allowed to (Unicode's Stream-Safe Text Format knows no more than 30).
 */
function limitClusters(core: XtermCore): void {
  const prototype = xtermLinePrototype(core);
  if (mended.has(prototype)) return;
  mended.add(prototype);
  const add = prototype.addCodepointToCell;
  prototype.addCodepointToCell = function (this: XtermLine, column, codePoint, width) {
    const before = this._combined[column] ?? '';
    add.call(this, column, codePoint, width);
    if ((this._combined[column] ?? '').length > MAX_CLUSTER_UNITS) this._combined[column] = before;
  };
}

/** Of one cell: a character and 30 combining ones, of two units each at most. UTF-16. */
const MAX_CLUSTER_UNITS = 62;

/**
 * Without wrapping, a wide character that does not fit is left out, and takes a half of the one before it all the same; what
 * would join it joins another. And a narrow one in the last column leaves the first half of what it overwrites.
 */
function mendUnwrapped(core: XtermCore): void {
  const handler = core._inputHandler;
  const print = handler.print.bind(handler);
  handler.print = (data, start, end) => {
    print(data, start, end);
    if (core.coreService.decPrivateModes.wraparound) return;
    const { cols, buffers } = core._bufferService;
    const { lines, ybase, x, y } = buffers.active;
    const line = lines.get(ybase + y);
    if (line === undefined) return;
    mendLastColumns(line, cols);
    const wasLeftOut =
      x === cols - 1 && widthOf(handler._parser.precedingJoinState) === 2 && line.getWidth(x - 2) !== 2;
    if (wasLeftOut) handler._parser.precedingJoinState = 0;
  };

  function mendLastColumns(line: XtermLine, cols: number): void {
    const column = cols - 2;
    if (line.getWidth(column) !== 2 || line._data[(cols - 1) * 3] === 0) return;
    const [fg = 0, bg = 0] = line._data.subarray(column * 3 + 1, column * 3 + 3);
    const attributes = { fg, bg, extended: line._extendedAttrs[column] };
    const first = firstCodePoint(line, column);
    if (widthOf(core.unicodeService.charProperties(first, 0)) < 2)
      line.setCellFromCodepoint(column, first, 1, attributes);
    else if (line.getWidth(cols - 1) === 1 && hasContent(line, cols - 1))
      line.setCellFromCodepoint(column, 0, 1, { fg: 0, bg: bg & COLOR_MASK });
    else line.setCellFromCodepoint(cols - 1, 0, 0, attributes);
  }
}

function widthOf(properties: number): number {
  return (properties >> 1) & 3;
}

function hasContent(line: XtermLine, column: number): boolean {
  return ((line._data[column * 3] ?? 0) & CONTENT) !== 0;
}

function firstCodePoint(line: XtermLine, column: number): number {
  const content = line._data[column * 3] ?? 0;
  return (content & IS_COMBINED) === 0 ? content & CODE_POINT : (line._combined[column]?.codePointAt(0) ?? 0);
}

/** Of a cell's content. */
const CODE_POINT = 0x1f_ffff;
const IS_COMBINED = 0x20_0000;
const CONTENT = CODE_POINT | IS_COMBINED;

/** What DECSC has saved beside column, colours and flags. */
export interface SavedCursor {
  /** On the screen. */
  row: number;
  underlineStyle: number;
  underlineColor: number;
  charsets: (XtermCharset | undefined)[];
  level: number;
}

const NOTHING_SAVED: SavedCursor = { row: 0, underlineStyle: 0, underlineColor: 0, charsets: [], level: 0 };

/**
 * DECSC saves the index of a line in the buffer, and DECRC goes to where that line is: up with the text if the scrollback
 * has room, on the same row if it has not. It saves that there is an underline but not which, and the character set in use but
 * not how it came into use (xtermjs/xterm.js#1526). Elsewhere, and here, what comes back is the row on the screen, the
 * underline, and all character sets.
 */
class SavedCursors {
  private readonly saved = new WeakMap<XtermBuffer, SavedCursor>();

  constructor(
    terminal: RepairableTerminal,
    private readonly core: XtermCore,
  ) {
    const { parser } = terminal;
    parser.registerEscHandler({ final: '7' }, () => this.save(core._bufferService.buffers.active));
    parser.registerCsiHandler({ final: 's' }, () => this.save(core._bufferService.buffers.active));
    parser.registerEscHandler({ final: '8' }, () => this.prepare(core._bufferService.buffers.active));
    parser.registerCsiHandler({ final: 'u' }, () => this.prepare(core._bufferService.buffers.active));
    parser.registerCsiHandler({ prefix: '?', final: 'h' }, (modes) => {
      let { active } = core._bufferService.buffers;
      const { y } = active;
      for (const mode of modes) {
        if (mode === 1048 || mode === 1049) this.save(active, y);
        if (mode === 47 || mode === 1047 || mode === 1049) active = core._bufferService.buffers.alt;
      }
      return false;
    });
    parser.registerCsiHandler({ prefix: '?', final: 'l' }, (modes) => {
      let { active } = core._bufferService.buffers;
      for (const mode of modes) {
        if (mode === 47 || mode === 1047 || mode === 1049) active = core._bufferService.buffers.normal;
        if (mode === 1048 || mode === 1049) this.prepare(active);
      }
      return false;
    });
    parser.registerCsiHandler({ intermediates: '!', final: 'p' }, () => {
      this.saved.delete(core._bufferService.buffers.active);
      return false;
    });
  }

  of(buffer: XtermBuffer): SavedCursor {
    return this.saved.get(buffer) ?? NOTHING_SAVED;
  }

  /** The screen has so many rows now. */
  settle(buffer: XtermBuffer, rows: number): void {
    const saved = this.saved.get(buffer);
    if (saved !== undefined) saved.row = Math.min(saved.row, rows - 1);
  }

  private save(buffer: XtermBuffer, row = buffer.y): false {
    const { extended } = this.core._inputHandler._curAttrData;
    const { _charsets: charsets, glevel: level } = this.core._charsetService;
    const underlineStyle = (extended._ext & UNDERLINE_STYLE) >> UNDERLINE_STYLE_SHIFT;
    const underlineColor = extended._ext & COLOR_MASK;
    this.saved.set(buffer, { row, underlineStyle, underlineColor, charsets: [...charsets], level });
    return false;
  }

  /** Before the buffer's cursor is restored. */
  private prepare(buffer: XtermBuffer): false {
    const { row, underlineStyle, underlineColor, charsets, level } = this.of(buffer);
    const { _curAttrData: current } = this.core._inputHandler;
    buffer.savedY = buffer.ybase + row;
    // Cells refer to it, so it is not changed but replaced.
    current.extended = current.extended.clone();
    current.extended._ext = (underlineStyle << UNDERLINE_STYLE_SHIFT) | underlineColor;
    const hasExtended = underlineStyle !== 0 || current.extended._urlId !== 0;
    const { savedCurAttrData: saved } = buffer;
    saved.bg = hasExtended ? saved.bg | HAS_EXTENDED : saved.bg & ~HAS_EXTENDED;
    this.core._charsetService._charsets = [...charsets];
    this.core._charsetService.glevel = level;
    return false;
  }
}

/**
 * A change of size leaves things behind which act later and are nowhere to be seen: cells of the alternate screen to the
 * right of its edge, which deleting characters brings back; room for scrollback in it (xtermjs/xterm.js#6163); tab stops to
 * the right of the edge; a pending wrap in what DECSC has saved; half a wide character; and a character
 * before the cursor that a combining one would join, though the cursor has moved.
 */
function settle(buffer: XtermBuffer, core: XtermCore, colsBefore: number): void {
  const { cols, rows, buffers } = core._bufferService;
  const blank = buffer.getNullCell();
  for (let index = 0; index < buffer.lines.length; index += 1) {
    const line = buffer.lines.get(index);
    if (line !== undefined) trim(line, cols, blank);
  }
  fillScreen(buffer, rows);
  if (buffer === buffers.alt && buffer.lines.length <= rows) buffer.lines.maxLength = rows;
  settleTabStops(buffer, colsBefore, cols);
  buffer.savedX = Math.min(buffer.savedX, colsBefore - 1, cols - 1);
  core._inputHandler._parser.precedingJoinState = 0;
}

/** Lines that are wrapped anew may leave the screen reaching below the last line, where the next line feed throws. */
function fillScreen(buffer: XtermBuffer, rows: number): void {
  const missing = buffer.lines.length === 0 ? 0 : Math.max(0, buffer.ybase + rows - buffer.lines.length);
  const back = Math.min(missing, buffer.ybase);
  buffer.ybase -= back;
  buffer.ydisp = Math.min(buffer.ydisp, buffer.ybase);
  buffer.y = Math.min(buffer.y + back, rows - 1);
  for (let left = missing - back; left > 0; left -= 1) buffer.lines.push(buffer.getBlankLine({ fg: 0, bg: 0 }));
}

/** As xterm.js does it, without the stops that were out of sight. */
function settleTabStops({ tabs }: XtermBuffer, colsBefore: number, cols: number): void {
  const columns = Object.keys(tabs).map(Number);
  for (const column of columns) if (column >= Math.min(colsBefore, cols)) Reflect.deleteProperty(tabs, column);
  if (cols <= colsBefore) return;
  const last = Math.max(0, ...columns.filter((column) => column < colsBefore));
  for (let column = last; column < cols; column += TAB_STOP_WIDTH) tabs[column] = true;
}

function trim(line: XtermLine, cols: number, fill: object): void {
  if (line.length !== cols) line.resize(cols, fill);
  for (let column = 0; column < cols; column += 1) {
    const isHalved =
      line.getWidth(column) === 2
        ? column + 1 === cols || line._data[column * 3 + 3] !== 0
        : column === 0 && line._data[0] === 0;
    const background = (line._data[column * 3 + 2] ?? 0) & COLOR_MASK;
    if (isHalved) line.setCellFromCodepoint(column, 0, 1, { fg: 0, bg: background });
  }
}

const TAB_STOP_WIDTH = 8;
/** Colour and how it is given, without flags. */
const COLOR_MASK = 0x03ff_ffff;
const UNDERLINE_STYLE_SHIFT = 26;
const UNDERLINE_STYLE = 7 << UNDERLINE_STYLE_SHIFT;
/** In `bg`: `extended` counts. */
const HAS_EXTENDED = 1 << 28;
