import type { Repairs, XtermBuffer, XtermCore } from '@claude-webui/protocol';
import { NOTHING_AWAITED } from '@claude-webui/protocol';
import type { Charsets } from './charsets';
import { Cursor } from './cursor';
import { drawLines, isUntouched, markFirstWrapped } from './lines';
import type { Links } from './links';
import type { Modes } from './modes';
import type { Palette } from './palette';
import { Pen } from './pen';
import { PLAIN } from './rendition';
import { hasSavedCursor, saveCursor } from './saved-cursor';

/** CAN ends whatever a terminal was in the middle of; a line feed then moves down and no more; what is drawn is no redraw. */
const BEGIN = `\x18\x1b[20l${NOTHING_AWAITED}`;
const ALTERNATE_SCREEN = '\x1b[?1047h';
const NORMAL_SCREEN = '\x1b[?1047l';
const TAB_STOP_EVERY = 8;
/** A longer title is nobody's. */
const MAX_TITLE_CHARS = 4096;

/** A terminal, and what is known about it that it does not tell. */
export interface Parts {
  core: XtermCore;
  repairs: Repairs;
  links: Links;
  charsets: Charsets;
  palette: Palette;
  modes: Modes;
}

/** Brings a terminal that was reset, of the same size, to the lines above the screen: they are above its screen, which is blank. */
export function scrollbackSequence({ core, links }: Parts): string {
  const { cols, rows, buffers } = core._bufferService;
  const { normal } = buffers;
  if (normal.ybase === 0) return '';
  const pen = new Pen(core.unicodeService, links);
  pen.control(BEGIN);
  draw(pen, normal, 0, normal.ybase, cols, rows);
  pen.style(PLAIN);
  pen.control(`\r${'\n'.repeat(rows)}`);
  return pen.written;
}

/**
 * Brings a terminal that was reset or has only been written `scrollbackSequence`, of the same size, to the same state. The
 * order matters: what moves the cursor comes before the cursor, what changes how text is taken comes after all text.
 */
export function screenSequence(parts: Parts): string {
  const { core, repairs, links, charsets, palette, modes } = parts;
  const { cols, rows, buffers } = core._bufferService;
  const { normal, alt, active } = buffers;
  const pen = new Pen(core.unicodeService, links);
  pen.control(`${BEGIN}\x1b[H${palette.sequence()}${titles(core)}`);
  drawScreen(pen, normal, cols, rows);
  setTabStops(pen, normal, cols);
  if (active === alt) {
    saveCursor(pen, normal, repairs.savedCursor(normal), charsets, cols);
    setMargins(pen, normal, rows);
    pen.style(PLAIN);
    // The row that the cursor has left there counts when the size changes.
    pen.control(`\x1b[${normal.y + 1}H${ALTERNATE_SCREEN}\x1b[H`);
    drawScreen(pen, alt, cols, rows);
    setTabStops(pen, alt, cols);
  } else if (hasSavedCursor(alt, repairs.savedCursor(alt))) {
    pen.control(ALTERNATE_SCREEN);
    saveCursor(pen, alt, repairs.savedCursor(alt), charsets, cols);
    pen.control(NORMAL_SCREEN);
  }
  saveCursor(pen, active, repairs.savedCursor(active), charsets, cols);
  const cursor = new Cursor(pen, core);
  setMargins(pen, active, rows);
  if (core.coreService.decPrivateModes.origin) pen.control('\x1b[?6h');
  cursor.place();
  pen.control(modes.sequence());
  pen.control(repairs.sizeChangeSequence());
  cursor.finish(charsets);
  return pen.written;
}

function drawScreen(pen: Pen, buffer: XtermBuffer, cols: number, rows: number): void {
  let count = rows;
  while (count > 0 && isUntouchedAt(buffer, buffer.ybase + count - 1)) count -= 1;
  draw(pen, buffer, buffer.ybase, count, cols, rows);
}

function isUntouchedAt(buffer: XtermBuffer, index: number): boolean {
  const line = buffer.lines.get(index);
  return line === undefined || isUntouched(line);
}

function draw(pen: Pen, buffer: XtermBuffer, from: number, count: number, cols: number, rows: number): void {
  const get = (index: number) => {
    const line = buffer.lines.get(from + index);
    if (line === undefined) throw new Error(`the terminal has no line ${from + index}`);
    return line;
  };
  // On one row it cannot be made.
  if (count > 0 && rows > 1 && get(0).isWrapped) markFirstWrapped(pen, cols);
  drawLines(pen, { count, rows, get });
}

function setTabStops(pen: Pen, { tabs }: XtermBuffer, cols: number): void {
  const columns = Array.from({ length: cols }, (_, column) => column);
  if (columns.every((column) => (tabs[column] ?? false) === (column % TAB_STOP_EVERY === 0))) return;
  const stops = columns.filter((column) => tabs[column]).map((column) => `\x1b[${column + 1}G\x1bH`);
  pen.control(`\x1b[3g${stops.join('')}`);
}

function setMargins(pen: Pen, { scrollTop, scrollBottom }: XtermBuffer, rows: number): void {
  if (scrollTop !== 0 || scrollBottom !== rows - 1) pen.control(`\x1b[${scrollTop + 1};${scrollBottom + 1}r`);
}

function titles({ _inputHandler: { _windowTitle: title, _iconName: icon } }: XtermCore): string {
  const osc = (command: number, text: string) =>
    text === '' || text.length > MAX_TITLE_CHARS ? '' : `\x1b]${command};${text}\x1b\\`;
  return title === icon ? osc(0, title) : osc(2, title) + osc(1, icon);
}
