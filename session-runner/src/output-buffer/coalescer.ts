/**
 * Decides when output leaves. A PTY hands out pieces of about 4 KiB: sent one by one they cost a frame each, held back
 * by a timer they cost every keystroke's echo that timer. So a small piece after silence goes at once, a flood goes in
 * large frames. Pure; the caller owns the clock and the timer.
 */

/** Output up to this size after silence is an echo rather than a flood. */
const AT_ONCE_BYTES = 1024;
/** Small sends per window before even small output waits: a program that prints byte by byte is a flood too. */
const AT_ONCE_PER_WINDOW = 64;
/** How long output may be held back, and the window of the count above. Milliseconds. */
export const HOLD_MS = 4;

export class Coalescer {
  private pieces: Uint8Array[] = [];
  private heldBytes = 0;
  private windowStart = -Infinity;
  private sentInWindow = 0;

  constructor(private readonly flushBytes: number) {}

  /** Bytes waiting. */
  get held(): number {
    return this.heldBytes;
  }

  /** Takes a piece. `flush`: call `take` now; `hold`: call it within HOLD_MS. `now` in milliseconds. */
  add(piece: Uint8Array, now: number): 'flush' | 'hold' {
    const quiet = this.heldBytes === 0;
    this.pieces.push(piece);
    this.heldBytes += piece.length;
    if (this.heldBytes >= this.flushBytes) return 'flush';
    if (!quiet || piece.length > AT_ONCE_BYTES) return 'hold';
    if (now - this.windowStart >= HOLD_MS) {
      this.windowStart = now;
      this.sentInWindow = 0;
    }
    this.sentInWindow += 1;
    return this.sentInWindow <= AT_ONCE_PER_WINDOW ? 'flush' : 'hold';
  }

  /** Everything held, which it forgets. */
  take(): { pieces: Uint8Array[]; bytes: number } {
    const taken = { pieces: this.pieces, bytes: this.heldBytes };
    this.pieces = [];
    this.heldBytes = 0;
    return taken;
  }
}
