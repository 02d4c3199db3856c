/** How old output is, to the second. Pure: the clock is passed in, in milliseconds. */

/** A mark says how much output there was at a time; they are this far apart. */
const MARK_INTERVAL_MS = 1000;

export class OutputAge {
  /** Oldest first; all but the first are younger than `maxAgeMs`, so there are few. */
  private readonly marks: { at: number; offset: number }[] = [];

  constructor(private readonly maxAgeMs: number) {}

  /** So many bytes of output there are now. */
  note(offset: number, now: number): void {
    const last = this.marks.at(-1);
    if (last !== undefined && now - last.at < MARK_INTERVAL_MS) return;
    this.marks.push({ at: now, offset });
    while (this.marks[1] !== undefined && now - this.marks[1].at >= this.maxAgeMs) this.marks.shift();
  }

  /** Output before this offset is older than `maxAgeMs`; younger by a mark's interval may be, too. */
  oldTo(now: number): number {
    let offset = 0;
    for (const mark of this.marks) if (now - mark.at >= this.maxAgeMs) offset = mark.offset;
    return offset;
  }
}
