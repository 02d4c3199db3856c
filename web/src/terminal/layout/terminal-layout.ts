import type { TerminalSize } from '@claude-webui/protocol';
import type { Terminal } from '@xterm/xterm';
import { fits, fontsToTry, sizeThatFits } from './geometry';
import type { Extent } from './geometry';
import { cellExtent } from '../xterm-internals';

/** Below it nobody reads; what does not fit then has to be scrolled. CSS pixels. */
const SMALLEST_FONT = 7;
/** xterm.js lays its scroll bar over the right edge. CSS pixels. */
const SCROLL_BAR_WIDTH = 14;
/** Claude Code's prompt has as much below the cursor. */
const ROWS_BELOW_CURSOR = 3;

/**
 * How a terminal lies in its place on the page. Where its size is ours to choose it is shown in the person's font, and `listener` hears
 * which size would fill the place; where it is not, the font is made so small that all of it is in view, and what would be too small to
 * read can be scrolled.
 */
export class TerminalLayout {
  private readonly observer: ResizeObserver;
  private isOwn = true;
  /** For what the present font was found. */
  private settledFor = '';

  /** @param terminal that is open in `container` */
  constructor(
    private readonly container: HTMLElement,
    private readonly terminal: Terminal,
    private readonly fontSize: () => number,
    private readonly listener: (size: TerminalSize | null) => void,
  ) {
    const screen = container.querySelector('.xterm-screen');
    if (screen === null) throw new Error('The terminal is not open.');
    this.observer = new ResizeObserver(() => this.update());
    this.observer.observe(container);
    // Cells change with the font, the renderer, and the pixels of another screen.
    this.observer.observe(screen);
    container.addEventListener('wheel', (event) => this.wheel(event), { capture: true, passive: true });
    this.update();
  }

  /** Whether the terminal's size is ours to choose. */
  own(isOwn: boolean): void {
    this.isOwn = isOwn;
    this.update();
  }

  /** Something that no observer sees may have changed: the font that the person has chosen, the terminal's size. */
  update(): void {
    const box = this.box();
    this.container.classList.toggle('foreign', !this.isOwn);
    if (box.width <= 0 || box.height <= 0) return this.listener(null);
    if (!this.isOwn) return this.shrinkInto(box);
    this.settledFor = '';
    this.setFont(this.fontSize());
    this.listener(sizeThatFits({ ...box, width: box.width - SCROLL_BAR_WIDTH }, cellExtent(this.terminal)));
    this.showCursor(box);
  }

  close(): void {
    this.observer.disconnect();
  }

  /** What is inside the padding, scroll bars or not. */
  private box(): Extent {
    const { paddingLeft, paddingRight, paddingTop, paddingBottom } = getComputedStyle(this.container);
    const { width, height } = this.container.getBoundingClientRect();
    return {
      width: width - parseFloat(paddingLeft) - parseFloat(paddingRight),
      height: height - parseFloat(paddingTop) - parseFloat(paddingBottom),
    };
  }

  private content(): Extent {
    const { width, height } = cellExtent(this.terminal);
    const { cols, rows } = this.terminal;
    return { width: width * cols + SCROLL_BAR_WIDTH, height: height * rows };
  }

  private shrinkInto(box: Extent): void {
    const largest = this.fontSize();
    const { cols, rows } = this.terminal;
    const situation = JSON.stringify([box, cols, rows, largest, devicePixelRatio]);
    if (situation === this.settledFor) return;
    this.settledFor = situation;
    const bounds = { smallest: Math.min(SMALLEST_FONT, largest), largest };
    for (const font of fontsToTry(this.content(), box, this.terminal.options.fontSize ?? largest, bounds)) {
      this.setFont(font);
      if (fits(this.content(), box)) return;
    }
  }

  private setFont(size: number): void {
    if (this.terminal.options.fontSize !== size) this.terminal.options.fontSize = size;
  }

  /** Until the terminal has the size that was asked for, its end may be out of view. */
  private showCursor(box: Extent): void {
    const { rows, buffer } = this.terminal;
    const last = Math.min(rows, buffer.active.cursorY + 1 + ROWS_BELOW_CURSOR);
    this.container.scrollTop = Math.max(0, last * cellExtent(this.terminal).height - box.height);
    this.container.scrollLeft = 0;
  }

  /** What lies out of view comes first, the lines above the screen after it. */
  private wheel(event: WheelEvent): void {
    const { scrollTop, scrollHeight, clientHeight } = this.container;
    const isUp = event.deltaY < 0;
    const isMoving = isUp ? scrollTop > 0 : Math.ceil(scrollTop) < scrollHeight - clientHeight;
    // The browser scrolls, and xterm.js does not hear of it.
    if (!this.isOwn && event.deltaY !== 0 && isMoving) event.stopPropagation();
  }
}
