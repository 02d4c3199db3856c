import type { XtermBuffer, XtermCore, XtermLine, XtermParams } from './internals';
import { repeatedRows } from './repetition';

/** The part of a terminal's API that is needed here. */
export interface WatchedTerminal {
  readonly parser: {
    registerEscHandler(id: { final: string }, handler: () => boolean): unknown;
    registerOscHandler(identifier: number, handler: (data: string) => boolean): unknown;
  };
  onLineFeed(listener: () => void): unknown;
}

/** Number of our own control sequence (OSC), which is in snapshots alone and says where a watch stands. Other terminals pass it over. */
const WATCH = 7763;
/** Of a terminal that begins anew: no redraw is awaited. */
export const NOTHING_AWAITED = `\x1b]${WATCH};\x1b\\`;
/** A program that has drawn so much since the change of size draws for another reason. */
const MAX_LINE_FEEDS_BEFORE = 200;
/** A redraw has no more lines; after so many nothing is awaited any more. */
export const MAX_REDRAW_LINE_FEEDS = 1000;
/** Of the lines above a redraw so many may be in it too. */
const MAX_ROWS_ABOVE = 1000;

type State =
  | { phase: 'idle' }
  /** The size has changed, and nothing was drawn anew yet. */
  | { phase: 'awaited'; lineFeeds: number }
  /** The screen was blank and is being drawn, from this line on. */
  | { phase: 'drawing'; lineFeeds: number; first: XtermLine };

/**
 * Programs that draw in the normal screen, as Claude Code does, clear it when the size changes and draw its text anew: from where they
 * believe the lines above end, which is what no terminal tells. They wrap text otherwise than terminals, and begin too early rather
 * than too late, so that each change left some lines in the scrollback that are on the screen too. Here the lines that a redraw
 * begins with leave the scrollback.
 */
export class RedrawWatch {
  private state: State = { phase: 'idle' };

  constructor(
    terminal: WatchedTerminal,
    private readonly core: XtermCore,
  ) {
    const { _inputHandler: handler } = core;
    terminal.onLineFeed(() => this.lineFeed());
    for (const final of ['A', 'F', 'd']) handler.registerCsiHandler({ final }, () => this.moved());
    for (const final of ['H', 'f']) handler.registerCsiHandler({ final }, (params) => this.placed(params));
    handler.registerCsiHandler({ final: 'J' }, (params) => this.erased(params));
    terminal.parser.registerEscHandler({ final: 'c' }, () => this.forget());
    terminal.parser.registerOscHandler(WATCH, (data) => this.restore(data));
  }

  /** The size has changed. */
  await(): void {
    this.state = { phase: 'awaited', lineFeeds: 0 };
  }

  /** Brings another terminal's watch to where this one stands, once its lines and its cursor are there. */
  sequence(): string {
    const { state } = this;
    if (state.phase === 'idle') return '';
    const { lineFeeds } = state;
    const back = state.phase === 'awaited' ? '' : `;${this.rowsAbove(state.first)}`;
    return `\x1b]${WATCH};${lineFeeds}${back}\x1b\\`;
  }

  private restore(data: string): true {
    this.state = { phase: 'idle' };
    const [, lineFeeds, back] = /^(\d{1,4})(?:;(\d{1,4}))?$/.exec(data) ?? [];
    if (lineFeeds === undefined) return true;
    if (back === undefined) {
      this.state = { phase: 'awaited', lineFeeds: Number(lineFeeds) };
      return true;
    }
    const { lines, ybase } = this.normal;
    const first = Number(back) <= ybase ? lines.get(ybase - Number(back)) : undefined;
    if (first !== undefined) this.state = { phase: 'drawing', lineFeeds: Number(lineFeeds), first };
    return true;
  }

  private forget(): false {
    this.state = { phase: 'idle' };
    return false;
  }

  private get normal(): XtermBuffer {
    return this.core._bufferService.buffers.normal;
  }

  private get isWatching(): boolean {
    const { normal, active } = this.core._bufferService.buffers;
    return this.state.phase !== 'idle' && active === normal;
  }

  private lineFeed(): void {
    if (this.state.phase === 'idle' || !this.isWatching) return;
    this.state.lineFeeds += 1;
    if (this.state.phase === 'awaited' && this.state.lineFeeds > MAX_LINE_FEEDS_BEFORE) this.forget();
    else if (this.state.lineFeeds > MAX_REDRAW_LINE_FEEDS) this.finish();
  }

  /** Where the cursor goes up the drawing is over. */
  private moved(): false {
    if (this.isWatching) this.finish();
    return false;
  }

  private placed({ params }: XtermParams): false {
    if (!this.isWatching) return false;
    if (this.normal.y > 0) this.finish();
    if (this.state.phase === 'awaited' && (params[0] ?? 0) <= 1 && this.isScreenBlank()) this.begin();
    return false;
  }

  private erased({ params }: XtermParams): false {
    const { x, y } = this.normal;
    const isAll = params[0] === 2 || (params[0] ?? 0) === 0;
    if (this.isWatching && this.state.phase === 'awaited' && isAll && x === 0 && y === 0) this.begin();
    return false;
  }

  private begin(): void {
    const first = this.normal.lines.get(this.normal.ybase);
    if (first !== undefined) this.state = { phase: 'drawing', lineFeeds: 0, first };
  }

  private finish(): void {
    if (this.state.phase !== 'drawing') return;
    const { first } = this.state;
    this.state = { phase: 'idle' };
    const { normal } = this;
    const start = normal.ybase - this.rowsAbove(first);
    if (start > normal.ybase) return;
    const text = (from: number, to: number) =>
      Array.from({ length: to - from }, (_, row) => normal.lines.get(from + row)?.translateToString(true) ?? '');
    const above = text(Math.max(0, start - MAX_ROWS_ABOVE), start);
    this.remove(start, repeatedRows(above, text(start, normal.ybase + normal.y + 1)));
  }

  /** How far above the screen a line is; -1 if it is gone. */
  private rowsAbove(line: XtermLine): number {
    const { lines, ybase } = this.normal;
    const furthest = Math.min(ybase, MAX_REDRAW_LINE_FEEDS);
    for (let rows = 0; rows <= furthest; rows += 1) if (lines.get(ybase - rows) === line) return rows;
    return -1;
  }

  /** Removes lines of the scrollback, those before `end`. */
  private remove(end: number, count: number): void {
    if (count === 0) return;
    const { normal } = this;
    normal.lines.splice(end - count, count);
    normal.ybase -= count;
    const inView = normal.ydisp >= end ? normal.ydisp - count : Math.min(normal.ydisp, end - count);
    // By one line less and then that one, so that whoever shows where one is in the scrollback hears of it.
    normal.ydisp = Math.max(0, inView - 1);
    if (inView > 0) this.core._bufferService.scrollLines(1);
  }

  private isScreenBlank(): boolean {
    const { lines, ybase } = this.normal;
    const { rows } = this.core._bufferService;
    for (let row = 0; row < rows; row += 1) if (!isBlank(lines.get(ybase + row))) return false;
    return true;
  }
}

/** Whether nothing can be read in a line. */
export function isBlank(line: XtermLine | undefined): boolean {
  return line === undefined || line.translateToString(true).trim() === '';
}
