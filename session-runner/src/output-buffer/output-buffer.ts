import type { TerminalSize } from '@claude-webui/protocol';
import { OUTPUT_HEADER_BYTES, encodeRunnerFrame, writeOutputHeader } from '@claude-webui/protocol';

/** What one frame costs in memory beside its payload (Buffer object, array slot), so that tiny frames count for what they are. */
const FRAME_OVERHEAD_BYTES = 256;
/** This many small frames in a row become one: an echo stream of single bytes must not fill memory with objects. */
const MERGE_COUNT = 64;
const SMALL_FRAME_BYTES = 1024;

/** What still comes of a program that is being stopped: a frame being filled, and what was read already. */
const STOPPING_BYTES = 256 * 1024;

/** A place in the stream: so many bytes of output, and all sizes up to this number. */
export interface Position {
  /** Bytes of output before it. */
  offset: number;
  /** Number of the last size before it, counted from 1 over the session; 0 for none. */
  sizes: number;
}

/** What the stream consists of, in order. */
export type StreamPiece = { type: 'output'; data: Uint8Array } | { type: 'size'; size: TerminalSize };

interface StoredFrame {
  /** Offset of the first payload byte. */
  offset: number;
  /** A whole frame, header included: the very bytes that attachments are sent. */
  frame: Buffer;
  /** Payload bytes of output; 0 for a size. */
  bytes: number;
  /** Of a size; null for output. */
  change: { number: number; size: TerminalSize } | null;
}

/** A frame to send, and where the stream goes on after it. */
export interface NextFrame {
  frame: Buffer;
  after: Position;
}

/** One frame of several payloads. */
function joined(offset: number, payloads: readonly Uint8Array[]): Buffer {
  const frame = Buffer.concat([Buffer.alloc(OUTPUT_HEADER_BYTES), ...payloads]);
  writeOutputHeader(frame, offset);
  return frame;
}

const payloadOf = ({ frame }: StoredFrame) => frame.subarray(OUTPUT_HEADER_BYTES);

/**
 * The last part of a session's stream, output and sizes in their order, as ready-made frames. Offsets count all output bytes since the
 * session began; `start` to `end` are kept, at most `capacityBytes` of memory.
 */
export class OutputBuffer {
  private frames: StoredFrame[] = [];
  /** Small frames at the tail that have not been merged yet. */
  private smallTail = 0;
  private usedBytes = 0;
  private startOffset = 0;
  private endOffset = 0;
  /** The size before everything that is kept. */
  private startSize: { number: number; size: TerminalSize };
  private newestSize = 0;

  constructor(
    private readonly capacityBytes: number,
    firstSize: TerminalSize,
  ) {
    this.startSize = { number: 0, size: firstSize };
  }

  /** Offset of the oldest byte kept. */
  get start(): number {
    return this.startOffset;
  }

  /** Offset after the newest byte: how many bytes the session has put out. */
  get end(): number {
    return this.endOffset;
  }

  /** The terminal's size before everything that is kept. */
  get sizeAtStart(): TerminalSize {
    return this.startSize.size;
  }

  /**
   * Adds output as one frame, whose header is written here; the frame is kept, not copied. Returns its payload. May evict
   * the oldest frames; see `startAfter` to look before.
   */
  append(frame: Buffer): Uint8Array {
    writeOutputHeader(frame, this.endOffset);
    const bytes = frame.length - OUTPUT_HEADER_BYTES;
    this.store({ offset: this.endOffset, frame, bytes, change: null });
    this.endOffset += bytes;
    this.smallTail = bytes < SMALL_FRAME_BYTES ? this.smallTail + 1 : 0;
    if (this.smallTail === MERGE_COUNT) this.mergeTail();
    this.evict();
    return frame.subarray(OUTPUT_HEADER_BYTES);
  }

  /** Adds a change of the terminal's size. May evict the oldest frames. */
  appendSize(size: TerminalSize): void {
    this.newestSize += 1;
    const frame = Buffer.from(encodeRunnerFrame({ type: 'resized', offset: this.endOffset, size }));
    this.store({ offset: this.endOffset, frame, bytes: 0, change: { number: this.newestSize, size } });
    this.smallTail = 0;
    this.evict();
  }

  /** All that is kept, without copies. */
  pieces(): StreamPiece[] {
    return this.frames.map((stored) =>
      stored.change === null ? { type: 'output', data: payloadOf(stored) } : { type: 'size', size: stored.change.size },
    );
  }

  /** Whether the byte at `offset` could leave the buffer with what a program writes before it can be stopped. */
  wouldLose(offset: number): boolean {
    return this.startAfter(Math.min(STOPPING_BYTES, this.capacityBytes / 4)) > offset;
  }

  /** What `start` would be after `bytes` more: the bytes before it are about to go. An upper bound. */
  startAfter(bytes: number): number {
    let excess = this.usedBytes + bytes + FRAME_OVERHEAD_BYTES - this.capacityBytes;
    let start = this.startOffset;
    for (const stored of this.frames) {
      if (excess <= 0) break;
      excess -= stored.bytes + FRAME_OVERHEAD_BYTES;
      start = stored.offset + stored.bytes;
    }
    return start;
  }

  /** The place after all sizes at this offset (from `start` to `end`), and the size that the terminal has there. */
  positionAt(offset: number): { position: Position; size: TerminalSize } {
    let last = this.startSize;
    for (let at = this.lowerBound({ offset, sizes: Infinity }) - 1; at >= 0; at -= 1) {
      const change = this.frames[at]?.change;
      if (change === undefined || change === null) continue;
      last = change;
      break;
    }
    return { position: { offset, sizes: last.number }, size: last.size };
  }

  /** Whether something that follows this place is no longer kept. */
  hasLost({ offset, sizes }: Position): boolean {
    return offset < this.startOffset || sizes < this.startSize.number;
  }

  /** What comes at a place: a stored frame, or the rest of one. Null at the end, and where it is no longer kept. */
  next(position: Position): NextFrame | null {
    if (this.hasLost(position)) return null;
    const at = this.lowerBound(position);
    const stored = this.frames[at];
    if (stored?.offset === position.offset) return { frame: stored.frame, after: this.after(stored, position) };
    const around = this.frames[at - 1];
    if (around === undefined || around.offset + around.bytes <= position.offset) return null;
    const rest = payloadOf(around).subarray(position.offset - around.offset);
    return { frame: joined(position.offset, [rest]), after: this.after(around, position) };
  }

  private after({ offset, bytes, change }: StoredFrame, { sizes }: Position): Position {
    return { offset: offset + bytes, sizes: change?.number ?? sizes };
  }

  /** Index of the first frame that comes at or after a place. */
  private lowerBound({ offset, sizes }: Position): number {
    const isBefore = (stored: StoredFrame) =>
      stored.offset < offset || (stored.offset === offset && stored.change !== null && stored.change.number <= sizes);
    // The newest frame is the usual answer: an attachment that keeps up asks for nothing else.
    const { length } = this.frames;
    const [beforeLast, last] = [this.frames[length - 2], this.frames[length - 1]];
    if (last === undefined || isBefore(last)) return length;
    if (beforeLast === undefined || isBefore(beforeLast)) return length - 1;
    let low = 0;
    let high = length - 2;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const stored = this.frames[middle];
      if (stored !== undefined && isBefore(stored)) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  private store(stored: StoredFrame): void {
    this.frames.push(stored);
    this.usedBytes += stored.bytes + FRAME_OVERHEAD_BYTES;
  }

  private mergeTail(): void {
    const small = this.frames.splice(-MERGE_COUNT);
    const offset = small[0]?.offset ?? this.endOffset;
    const frame = joined(offset, small.map(payloadOf));
    this.frames.push({ offset, frame, bytes: frame.length - OUTPUT_HEADER_BYTES, change: null });
    this.usedBytes -= (MERGE_COUNT - 1) * FRAME_OVERHEAD_BYTES;
    this.smallTail = 0;
  }

  private evict(): void {
    let evicted = 0;
    while (this.usedBytes > this.capacityBytes && evicted < this.frames.length) {
      const oldest = this.frames[evicted];
      if (oldest === undefined) break;
      this.usedBytes -= oldest.bytes + FRAME_OVERHEAD_BYTES;
      this.startOffset = oldest.offset + oldest.bytes;
      if (oldest.change !== null) this.startSize = oldest.change;
      evicted += 1;
    }
    if (evicted > 0) this.frames.splice(0, evicted);
    this.smallTail = Math.min(this.smallTail, this.frames.length);
  }
}
