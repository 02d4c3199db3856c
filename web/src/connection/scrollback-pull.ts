import type { ScrollbackPiece } from '@claude-webui/protocol';

/** 50,000 lines with many colours. More is not ours. */
const MAX_SCROLLBACK_BYTES = 64 * 1024 * 1024;

/** The lines above a snapshot's screen. */
export interface Scrollback {
  data: Uint8Array;
  /** Whether there were more, which are not kept. */
  more: boolean;
}

/** Fetches what is above the screen of one snapshot, piece by piece. Pure; the caller asks for `position` until it is whole. */
export class ScrollbackPull {
  private readonly pieces: Uint8Array[] = [];
  private bytes = 0;

  /** @param offset of the snapshot */
  constructor(readonly offset: number) {}

  /** The byte to go on from. */
  get position(): number {
    return this.bytes;
  }

  /** Takes a piece. @returns all of it once it is whole, 'more' while something is due, null for a piece that nobody has asked for */
  take({ offset, position, total, more, data }: ScrollbackPiece): Scrollback | 'more' | null {
    if (offset !== this.offset || position !== this.bytes || total > MAX_SCROLLBACK_BYTES) return null;
    if (data.length === 0 && position < total) return null;
    this.pieces.push(data);
    this.bytes += data.length;
    if (this.bytes < total) return 'more';
    return { data: joined(this.pieces, this.bytes), more };
  }
}

function joined(pieces: readonly Uint8Array[], length: number): Uint8Array {
  const whole = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
