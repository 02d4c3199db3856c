import type { TerminalSize } from '../session';
import type { XtermBuffer, XtermCore } from './internals';
import { dropRowsNotKept } from './long-lines';
import { RedrawWatch, isBlank } from './redraw-watch';
import type { WatchedTerminal } from './redraw-watch';

export interface ResizableTerminal extends WatchedTerminal {
  resize(cols: number, rows: number): void;
}

/**
 * Changes a terminal's size so that no line is lost, and none is there twice.
 *
 * Where a terminal loses rows, xterm.js drops those below the cursor, whatever is in them, and only then moves lines into the
 * scrollback (xtermjs/xterm.js#6130); where it wins rows, it adds them below. Programs that draw below the cursor, as Claude Code does,
 * reckon with their last row staying where it is, and draw over lines which they believe to be in the scrollback, or draw those anew
 * that are there. So the cursor is below all that is drawn while the rows change, as other terminals have it: lines go up, and come
 * down again.
 */
export class SizeChanges {
  private readonly watch: RedrawWatch;

  constructor(
    private readonly terminal: ResizableTerminal,
    private readonly core: XtermCore,
  ) {
    this.watch = new RedrawWatch(terminal, core);
  }

  resize(size: TerminalSize): void {
    const { cols, rows } = this.core._bufferService;
    this.changeRows(cols, size.rows);
    dropRowsNotKept(this.core._bufferService.buffers.normal, cols, size.cols);
    this.terminal.resize(size.cols, size.rows);
    if (cols !== this.core._bufferService.cols || rows !== this.core._bufferService.rows) this.watch.await();
  }

  /** What a snapshot says after lines and cursor. */
  sequence(): string {
    return this.watch.sequence();
  }

  private changeRows(cols: number, rows: number): void {
    const { normal } = this.core._bufferService.buffers;
    const below = rowsBelowCursor(normal, this.core._bufferService.rows);
    normal.y += below;
    this.terminal.resize(cols, rows);
    normal.y = Math.max(0, normal.y - below);
  }
}

/**
 * Rows below the cursor that count: those with something in them, and the one after them, into which a program has gone to end the last.
 */
function rowsBelowCursor({ lines, ybase, y }: XtermBuffer, rows: number): number {
  let last = rows - 1;
  while (last > y && isBlank(lines.get(ybase + last))) last -= 1;
  return last === y ? 0 : Math.min(last + 1, rows - 1) - y;
}
