import type { IDisposable, Terminal } from '@xterm/xterm';
import { placeToasts } from '../../ui/toast-place';
import { cellExtent } from '../xterm-internals';
import { noticeRoom, toastRoom } from './notice-room';
import type { Side } from './notice-room';

/**
 * Keeps what lies over the terminal off the row of its cursor, where the person types: tells the pane on which side of the row notices
 * lie and how high they may be (`.overlays` in style.css), and toasts where they may be.
 */
export class NoticePlace {
  private readonly screen: HTMLElement;
  private readonly notices: HTMLElement;
  private readonly observer: ResizeObserver;
  private readonly rendered: IDisposable;
  private readonly update = () => this.place();
  private side: Side = 'above';
  /** Of the cursor, in the rows of the terminal; it was placed for this one. */
  private row = 0;

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
    this.rendered = terminal.onRender(() => {
      if (this.cursorRow !== this.row) this.place();
    });
    container.addEventListener('scroll', this.update);
  }

  close(): void {
    this.observer.disconnect();
    this.container.removeEventListener('scroll', this.update);
    this.rendered.dispose();
    placeToasts(this, null);
  }

  private get cursorRow(): number {
    const { baseY, cursorY, viewportY } = this.terminal.buffer.active;
    return baseY + cursorY - viewportY;
  }

  private place(): void {
    const { top, bottom, height } = this.container.getBoundingClientRect();
    if (height === 0) return placeToasts(this, null);
    this.row = this.cursorRow;
    const cell = cellExtent(this.terminal).height;
    const rowTop = this.screen.getBoundingClientRect().top - top + this.row * cell;
    const { side, room, most } = noticeRoom(height, { top: rowTop, bottom: rowTop + cell }, this.side);
    this.side = side;
    this.pane.dataset['notices'] = side;
    this.pane.style.setProperty('--notices-height', `${most}px`);
    const taken = this.notices.getBoundingClientRect().height;
    const toasts = toastRoom(height, room, taken);
    // Next to the notices, or as far beside them as there is room.
    const inset = Math.min(taken, room - toasts);
    placeToasts(
      this,
      side === 'above'
        ? { from: 'top', distance: top + inset, height: toasts }
        : { from: 'bottom', distance: innerHeight - bottom + inset, height: toasts },
    );
  }
}

function found(inside: HTMLElement, selector: string): HTMLElement {
  const element = inside.querySelector<HTMLElement>(selector);
  if (element === null) throw new Error(`There is no ${selector}.`);
  return element;
}
