import type { TerminalSize } from '@claude-webui/protocol';

/** A gesture is over when nothing has changed for so long. Milliseconds. */
const SETTLED_MS = 150;

/**
 * When to ask for another size of the terminal: once at the end of each gesture, and only as long as it may be asked for. Programs
 * redraw for every size that they are given.
 */
export class SizeRequest {
  private wanted: TerminalSize | null = null;
  /** What was asked for last, since asking was allowed. */
  private asked: TerminalSize | null = null;
  private isAllowed = false;
  private timer: ReturnType<typeof setTimeout> | null = null;

  /** @param actual the size that the terminal has */
  constructor(
    private readonly actual: () => TerminalSize,
    private readonly ask: (size: TerminalSize) => void,
  ) {}

  /**
   * So much fits into the place there is; null while it is not in view. Called at each step of a gesture, also at those that are less
   * than a cell.
   */
  fits(size: TerminalSize | null): void {
    if (this.timer === null && isSame(size, this.wanted)) return;
    this.wanted = size;
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.timer = null;
      this.settle();
    }, SETTLED_MS);
  }

  /** The size to ask for with an attach; null while nobody can say. */
  forAttach(): TerminalSize | null {
    return (this.asked = this.wanted);
  }

  /** Whether the terminal's size is ours to choose. */
  allow(isAllowed: boolean): void {
    const wasAllowed = this.isAllowed;
    this.isAllowed = isAllowed;
    if (!isAllowed) this.asked = null;
    else if (!wasAllowed && this.timer === null) this.settle();
  }

  close(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    this.isAllowed = false;
  }

  private settle(): void {
    const { wanted } = this;
    if (!this.isAllowed || wanted === null || isSame(wanted, this.asked ?? this.actual())) return;
    this.asked = wanted;
    this.ask(wanted);
  }
}

function isSame(one: TerminalSize | null, other: TerminalSize | null): boolean {
  return one?.cols === other?.cols && one?.rows === other?.rows;
}
