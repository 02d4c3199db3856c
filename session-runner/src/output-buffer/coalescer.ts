/**
 * Decides when output leaves. A PTY hands out pieces of about 4 KiB: sent one by one they cost a frame each, held back
 * by a timer they cost every keystroke's echo that timer. So a small piece after silence goes at once, a flood goes in
 * large frames. Pure; the caller owns the clock and the timer.
 */
import { OUTPUT_HEADER_BYTES } from '@claude-webui/protocol';

/** Output up to this size after silence is an echo rather than a flood. */
const AT_ONCE_BYTES = 1024;
/** Small sends per window before even small output waits: a program that prints byte by byte is a flood too. */
const AT_ONCE_PER_WINDOW = 64;
/** How long output may be held back, and the window of the count above. Milliseconds. */
export const HOLD_MS = 4;

export class Coalescer {
  /** Output is copied once, to where it will be sent and kept from. */
  private frame: Buffer;
  private end = OUTPUT_HEADER_BYTES;
  private windowStart = -Infinity;
  private sentInWindow = 0;

  /**
   * @param payloadBytes of output in a frame, at most
   * @param pieceBytes in a piece, at most; a frame with no room for another one leaves
   */
  constructor(
    private readonly payloadBytes: number,
    private readonly pieceBytes: number,
  ) {
    this.frame = this.newFrame();
  }

  /** Bytes waiting. */
  get held(): number {
    return this.end - OUTPUT_HEADER_BYTES;
  }

  /** Takes a piece. `flush`: call `take` now; `hold`: call it within HOLD_MS. `now` in milliseconds. */
  add(piece: Uint8Array, now: number): 'flush' | 'hold' {
    const quiet = this.held === 0;
    this.frame.set(piece, this.end);
    this.end += piece.length;
    if (this.held > this.payloadBytes - this.pieceBytes) return 'flush';
    if (!quiet || piece.length > AT_ONCE_BYTES) return 'hold';
    if (now - this.windowStart >= HOLD_MS) {
      this.windowStart = now;
      this.sentInWindow = 0;
    }
    this.sentInWindow += 1;
    return this.sentInWindow <= AT_ONCE_PER_WINDOW ? 'flush' : 'hold';
  }

  /** Everything held, which it forgets: an output frame whose header is still to be written. */
  take(): Buffer {
    const taken = this.frame.subarray(0, this.end);
    this.end = OUTPUT_HEADER_BYTES;
    // What is kept for long should not hold much more memory than it needs.
    if (taken.length < this.frame.length * 0.75) return Buffer.copyBytesFrom(taken);
    this.frame = this.newFrame();
    return taken;
  }

  private newFrame(): Buffer {
    return Buffer.allocUnsafeSlow(OUTPUT_HEADER_BYTES + this.payloadBytes);
  }
}
