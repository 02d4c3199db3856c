/** The wait doubles each time in a row, up to this. A program that does not read looks like a dead link. Milliseconds. */
const LONGEST_WAIT_MS = 60_000;

/** Notices that what was sent is not acknowledged. Any acknowledgement begins the wait anew: a slow line is not a dead one. */
export class SilenceWatch {
  private timer: ReturnType<typeof setTimeout> | null = null;
  private inARow = 0;

  constructor(
    private readonly firstWaitMs: number,
    private readonly silent: () => void,
  ) {}

  /** Something was sent that will be acknowledged. */
  sent(): void {
    this.timer ??= this.start();
  }

  /** Something was acknowledged. @param isMoreDue whether more is still to be */
  acknowledged(isMoreDue: boolean): void {
    this.inARow = 0;
    this.stop();
    if (isMoreDue) this.sent();
  }

  /** Nothing is awaited, until something is sent again. */
  stop(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
  }

  private start(): ReturnType<typeof setTimeout> {
    const waitMs = Math.min(LONGEST_WAIT_MS, this.firstWaitMs * 2 ** this.inARow);
    return setTimeout(() => {
      this.timer = null;
      this.inARow += 1;
      this.silent();
    }, waitMs);
  }
}
