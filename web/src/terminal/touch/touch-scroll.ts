import type { Terminal } from '@xterm/xterm';
import { keySequence } from '../keyboard/key-sequence';
import { TouchGesture } from './touch-gesture';
import type { Place } from './touch-gesture';
import { cellsOf } from '../screen-cell';
import { wordAround } from './word';

interface CellPlace {
  column: number;
  /** In the buffer. */
  row: number;
}

/** Programs that take the wheel; in 'x10' the terminal reports buttons alone. */
const REPORTS_WHEEL: ReadonlySet<Terminal['modes']['mouseTrackingMode']> = new Set(['vt200', 'drag', 'any']);

/**
 * Fingers on the terminal, which xterm.js 6.0.0 does not know (xtermjs/xterm.js#5489, #5377). They do what the wheel does: scroll what has
 * been; in programs that take the mouse be reported as a wheel; on the alternate screen without that press arrow keys.
 */
export class TouchScroll {
  private readonly gesture: TouchGesture;
  /** What is left of a line. Pixels. */
  private rest = 0;
  private anchor: { start: number; end: number } | null = null;

  /** @param mayType whether programs may be sent anything */
  constructor(
    private readonly host: HTMLElement,
    private readonly terminal: Terminal,
    private readonly mayType: () => boolean,
  ) {
    this.gesture = new TouchGesture(host, {
      scroll: (moved, at) => this.scroll(this.pan(moved), at),
      select: (at) => this.select(at),
      extend: (to) => this.extend(to),
    });
  }

  close(): void {
    this.gesture.close();
  }

  /** Moves what is larger than its place: somebody else's screen. What is left of the way is for the lines. */
  private pan({ x, y }: Place): number {
    const { host } = this;
    if (getComputedStyle(host).overflowY === 'hidden') return y;
    const before = host.scrollTop;
    host.scrollLeft += x;
    host.scrollTop += y;
    return y - (host.scrollTop - before);
  }

  private scroll(pixels: number, at: Place): void {
    const { height } = this.cellSize();
    if (height === 0) return;
    this.rest += pixels;
    const lines = Math.trunc(this.rest / height);
    this.rest -= lines * height;
    if (lines !== 0) this.scrollLines(lines, at);
  }

  private scrollLines(lines: number, at: Place): void {
    const { modes, buffer, element } = this.terminal;
    const wheel = REPORTS_WHEEL.has(modes.mouseTrackingMode);
    if (!wheel && buffer.active.type === 'normal') return this.terminal.scrollLines(lines);
    if (!this.mayType()) return;
    if (wheel) {
      // xterm.js sends one report for each event, in the form that the program has asked for.
      const notch = {
        deltaY: Math.sign(lines),
        deltaMode: WheelEvent.DOM_DELTA_LINE,
        clientX: at.x,
        clientY: at.y,
        cancelable: true,
      };
      for (let line = 0; line < Math.abs(lines); line += 1) element?.dispatchEvent(new WheelEvent('wheel', notch));
      return;
    }
    const key = keySequence(lines < 0 ? 'up' : 'down', { control: false, alt: false }, modes.applicationCursorKeysMode);
    this.terminal.input(key.repeat(Math.abs(lines)));
  }

  private select(at: Place): void {
    const { column, row } = this.cellAt(at);
    const { cols } = this.terminal;
    const word = wordAround(cellsOf(this.terminal.buffer.active.getLine(row), cols), column);
    this.anchor = { start: row * cols + word.start, end: row * cols + word.end };
    // Not in WebKit.
    if ('vibrate' in navigator) navigator.vibrate(10);
    this.show(this.anchor.start, this.anchor.end);
  }

  private extend(to: Place): void {
    if (this.anchor === null) return;
    const { column, row } = this.cellAt(to);
    const cell = row * this.terminal.cols + column;
    this.show(Math.min(this.anchor.start, cell), Math.max(this.anchor.end, cell + 1));
  }

  /** Selects cells, counted through the rows. */
  private show(start: number, end: number): void {
    const { cols } = this.terminal;
    this.terminal.select(start % cols, Math.floor(start / cols), end - start);
  }

  private cellAt({ x, y }: Place): CellPlace {
    const { width, height, left, top } = this.cellSize();
    const { cols, rows, buffer } = this.terminal;
    const within = (value: number, end: number) => Math.max(0, Math.min(end - 1, Math.floor(value)));
    return {
      column: within((x - left) / width, cols),
      row: buffer.active.viewportY + within((y - top) / height, rows),
    };
  }

  private cellSize() {
    const screen = this.terminal.element?.querySelector('.xterm-screen')?.getBoundingClientRect();
    const { cols, rows } = this.terminal;
    return {
      width: (screen?.width ?? 0) / cols,
      height: (screen?.height ?? 0) / rows,
      left: screen?.left ?? 0,
      top: screen?.top ?? 0,
    };
  }
}
