import type { IDisposable, Terminal } from '@xterm/xterm';
import { placeToasts } from '../../ui/toast-place';
import { cellExtent } from '../xterm-internals';
import { noticeRoom, toastRoom } from './notice-room';
import type { Side, Span } from './notice-room';

/**
 * Keeps what lies over the terminal off the rows that a person looks at: that of the cursor, where they type, that of the match while
 * they search, and the first that there is while a notice says so. Tells the pane where notices lie and how high they may be (`.overlays`
 * in style.css), and toasts where they may be.
 */
export class NoticePlace {
  private readonly screen: HTMLElement;
  private readonly notices: HTMLElement;
  private readonly observer: ResizeObserver;
  private readonly listeners: readonly IDisposable[];
  private readonly update = () => this.place();
  private side: Side = 'above';
  /** It was placed for these. */
  private placedFor = '';

  /**
   * @param pane with the notices
   * @param container in it, with the terminal, which is open
   */
  constructor(
    private readonly pane: HTMLElement,
    private readonly container: HTMLElement,
    private readonly terminal: Terminal,
  ) {
    this.screen = found(container, '.xterm-screen');
    this.notices = found(pane, '.overlays');
    this.observer = new ResizeObserver(this.update);
    for (const element of [container, this.screen, this.notices]) this.observer.observe(element);
    // Sizes are observed, so that most frames cost no layout.
    const updateIfMoved = () => {
      if (this.rows().join() !== this.placedFor) this.place();
    };
    this.listeners = [terminal.onRender(updateIfMoved), terminal.onSelectionChange(updateIfMoved)];
    container.addEventListener('scroll', this.update);
  }

  close(): void {
    this.observer.disconnect();
    this.container.removeEventListener('scroll', this.update);
    for (const listener of this.listeners) listener.dispose();
    placeToasts(this, null);
  }

  /** Those that are to be seen, in the rows of the viewport. */
  private rows(): number[] {
    const { baseY, cursorY, viewportY } = this.terminal.buffer.active;
    const rows = [baseY + cursorY - viewportY];
    if (this.notices.querySelector('.end-of-lines') !== null) rows.push(0);
    const match = this.notices.querySelector('.search-bar') === null ? undefined : this.terminal.getSelectionPosition();
    if (match !== undefined) rows.push(match.start.y - viewportY, match.end.y - viewportY);
    return rows;
  }

  private place(): void {
    const { top, bottom, height } = this.container.getBoundingClientRect();
    if (height === 0) return placeToasts(this, null);
    const rows = this.rows();
    this.placedFor = rows.join();
    const cell = cellExtent(this.terminal).height;
    const first = this.screen.getBoundingClientRect().top - top;
    const spans = rows.map((row): Span => ({ top: first + row * cell, bottom: first + (row + 1) * cell }));
    const { side, offset, room, most } = noticeRoom(height, spans, this.side);
    this.side = side;
    this.pane.dataset['notices'] = side;
    this.pane.style.setProperty('--notices-offset', `${offset}px`);
    this.pane.style.setProperty('--notices-height', `${most}px`);
    const taken = this.notices.getBoundingClientRect().height;
    const toasts = toastRoom(height, room, taken);
    // Next to the notices, or as far beside them as there is room.
    const inset = Math.min(taken, room - toasts);
    placeToasts(
      this,
      side === 'above'
        ? { from: 'top', distance: top + offset + inset, height: toasts }
        : { from: 'bottom', distance: innerHeight - bottom + inset, height: toasts },
    );
  }
}

function found(inside: HTMLElement, selector: string): HTMLElement {
  const element = inside.querySelector<HTMLElement>(selector);
  if (element === null) throw new Error(`There is no ${selector}.`);
  return element;
}
