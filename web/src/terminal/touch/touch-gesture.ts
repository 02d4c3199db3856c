import { FingerSpeed, Inertia } from './inertia';

/** A finger that moves less is a tap. Pixels. */
const SLOP_PIXELS = 8;
/** A finger that stays as long selects. Milliseconds. */
const LONG_PRESS_MS = 500;

/** A place on the page, in CSS pixels. */
export interface Place {
  x: number;
  y: number;
}

export interface TouchListener {
  /** Pixels that the content is to move left and up: positive towards what comes later. `at` is where the finger went down. */
  scroll(moved: Place, at: Place): void;
  /** The finger stayed where it is. */
  select(at: Place): void;
  /** It moves on after that. */
  extend(to: Place): void;
}

type State =
  | { phase: 'none' }
  | { phase: 'down'; pointer: number; from: Place; timer: ReturnType<typeof setTimeout> }
  | { phase: 'scroll'; pointer: number; from: Place; last: Place }
  | { phase: 'select'; pointer: number };

/** One finger on the terminal: it scrolls, and goes on when it leaves; or it rests and selects. A tap is left to the browser. */
export class TouchGesture {
  private readonly ended = new AbortController();
  private state: State = { phase: 'none' };
  private speed = new FingerSpeed();
  private frame: number | null = null;
  /** Until the next touch or click. */
  private hasSelected = false;

  constructor(
    private readonly host: HTMLElement,
    private readonly listener: TouchListener,
  ) {
    const listen = (
      name: 'pointerdown' | 'pointermove' | 'pointerup' | 'pointercancel',
      act: (event: PointerEvent) => void,
    ) =>
      host.addEventListener(name, (event) => event.pointerType === 'touch' && act(event), {
        signal: this.ended.signal,
      });
    host.addEventListener('pointerdown', () => (this.hasSelected = false), { signal: this.ended.signal });
    listen('pointerdown', (event) => this.down(event));
    listen('pointermove', (event) => this.move(event));
    listen('pointerup', (event) => this.up(event));
    listen('pointercancel', () => this.stop());
    // What browsers make of a finger that has stayed: it would take the selection away again.
    for (const name of ['mousedown', 'mouseup', 'click'] as const)
      host.addEventListener(name, (event) => this.hasSelected && swallow(event), {
        capture: true,
        signal: this.ended.signal,
      });
    host.addEventListener('contextmenu', (event) => this.state.phase !== 'none' && event.preventDefault(), {
      signal: this.ended.signal,
    });
  }

  close(): void {
    this.stop();
    this.ended.abort();
  }

  private down(event: PointerEvent): void {
    const isSecond = this.state.phase !== 'none';
    this.stop();
    // Two fingers zoom.
    if (isSecond || !event.isPrimary) return;
    const from = { x: event.clientX, y: event.clientY };
    const pointer = event.pointerId;
    const timer = setTimeout(() => {
      this.state = { phase: 'select', pointer };
      this.hasSelected = true;
      this.listener.select(from);
    }, LONG_PRESS_MS);
    this.state = { phase: 'down', pointer, from, timer };
    this.speed = new FingerSpeed();
    this.speed.moved(event.timeStamp, from.y);
  }

  private move(event: PointerEvent): void {
    const { state } = this;
    if (state.phase === 'none' || state.pointer !== event.pointerId) return;
    const { clientX: x, clientY: y } = event;
    this.speed.moved(event.timeStamp, y);
    if (state.phase === 'select') return this.listener.extend({ x, y });
    if (state.phase === 'scroll') {
      this.listener.scroll({ x: state.last.x - x, y: state.last.y - y }, state.from);
      state.last = { x, y };
      return;
    }
    if (Math.hypot(x - state.from.x, y - state.from.y) < SLOP_PIXELS) return;
    clearTimeout(state.timer);
    // So that it goes on when the finger leaves the terminal.
    this.host.setPointerCapture(event.pointerId);
    this.state = { phase: 'scroll', pointer: state.pointer, from: state.from, last: { x, y } };
  }

  private up(event: PointerEvent): void {
    const { state } = this;
    this.stop();
    if (state.phase !== 'scroll' || state.pointer !== event.pointerId) return;
    if (matchMedia('(prefers-reduced-motion: reduce)').matches) return;
    this.coast(new Inertia(-this.speed.at(event.timeStamp)), state.from, performance.now());
  }

  private coast(inertia: Inertia, at: Place, before: number): void {
    this.frame = requestAnimationFrame((now) => {
      const pixels = inertia.advance(Math.max(0, now - before));
      this.frame = null;
      if (pixels === null) return;
      this.listener.scroll({ x: 0, y: pixels }, at);
      this.coast(inertia, at, now);
    });
  }

  private stop(): void {
    if (this.state.phase === 'down') clearTimeout(this.state.timer);
    if (this.frame !== null) cancelAnimationFrame(this.frame);
    this.state = { phase: 'none' };
    this.frame = null;
  }
}

function swallow(event: Event): void {
  event.preventDefault();
  event.stopPropagation();
}
