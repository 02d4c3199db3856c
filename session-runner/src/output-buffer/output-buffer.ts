import { OUTPUT_HEADER_BYTES, writeOutputHeader } from '@claude-webui/protocol';

/** What one frame costs in memory beside its payload (Buffer object, array slot), so that tiny frames count for what they are. */
const FRAME_OVERHEAD_BYTES = 256;
/** This many small frames in a row become one: an echo stream of single bytes must not fill memory with objects. */
const MERGE_COUNT = 64;
const SMALL_FRAME_BYTES = 1024;

/** What still comes of a program that is being stopped: a frame being filled, and what was read already. */
const STOPPING_BYTES = 256 * 1024;

interface StoredFrame {
  /** Offset of the first payload byte. */
  offset: number;
  /** A whole output frame, header included: the very bytes that attachments are sent. */
  frame: Buffer;
}

const payloadBytes = (stored: StoredFrame) => stored.frame.length - OUTPUT_HEADER_BYTES;

/** One frame of several payloads. */
function joined(offset: number, payloads: readonly Uint8Array[]): Buffer {
  const frame = Buffer.concat([Buffer.alloc(OUTPUT_HEADER_BYTES), ...payloads]);
  writeOutputHeader(frame, offset);
  return frame;
}

/**
 * The last bytes of a session's output as ready-made frames. Offsets count all output bytes since the session began;
 * `start` to `end` are kept, at most `capacityBytes` of memory.
 */
export class OutputBuffer {
  private frames: StoredFrame[] = [];
  /** Small frames at the tail that have not been merged yet. */
  private smallTail = 0;
  private usedBytes = 0;
  private startOffset = 0;
  private endOffset = 0;

  constructor(private readonly capacityBytes: number) {}

  /** Offset of the oldest byte kept. */
  get start(): number {
    return this.startOffset;
  }

  /** Offset after the newest byte: how many bytes the session has put out. */
  get end(): number {
    return this.endOffset;
  }

  /**
   * Adds output as one frame, whose header is written here; the frame is kept, not copied. Returns its payload. May evict
   * the oldest frames; see `startAfter` to look before.
   */
  append(frame: Buffer): Uint8Array {
    writeOutputHeader(frame, this.endOffset);
    this.frames.push({ offset: this.endOffset, frame });
    const bytes = frame.length - OUTPUT_HEADER_BYTES;
    this.endOffset += bytes;
    this.usedBytes += bytes + FRAME_OVERHEAD_BYTES;
    this.smallTail = bytes < SMALL_FRAME_BYTES ? this.smallTail + 1 : 0;
    if (this.smallTail === MERGE_COUNT) this.mergeTail();
    this.evict();
    return frame.subarray(OUTPUT_HEADER_BYTES);
  }

  /** All output kept, without copies. */
  payloads(): Uint8Array[] {
    return this.frames.map((stored) => stored.frame.subarray(OUTPUT_HEADER_BYTES));
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
      excess -= payloadBytes(stored) + FRAME_OVERHEAD_BYTES;
      start = stored.offset + payloadBytes(stored);
    }
    return start;
  }

  /** The frame to send for what comes at `offset` (from `start` to `end`): the stored one if it begins there. Null at the end. */
  frameAt(offset: number): Buffer | null {
    if (offset >= this.endOffset) return null;
    const stored = this.frames[this.indexOf(offset)];
    if (stored === undefined) return null;
    if (stored.offset === offset) return stored.frame;
    return joined(offset, [stored.frame.subarray(OUTPUT_HEADER_BYTES + offset - stored.offset)]);
  }

  /** Index of the frame that holds the byte at `offset`. */
  private indexOf(offset: number): number {
    // The newest frame is the usual answer: an attachment that keeps up asks for nothing else.
    const last = this.frames.length - 1;
    if ((this.frames[last]?.offset ?? 0) <= offset) return last;
    let low = 0;
    let high = last;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if ((this.frames[middle]?.offset ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  private mergeTail(): void {
    const small = this.frames.splice(-MERGE_COUNT);
    const first = small[0]?.offset ?? this.endOffset;
    const payloads = small.map((stored) => stored.frame.subarray(OUTPUT_HEADER_BYTES));
    this.frames.push({ offset: first, frame: joined(first, payloads) });
    this.usedBytes -= (MERGE_COUNT - 1) * FRAME_OVERHEAD_BYTES;
    this.smallTail = 0;
  }

  private evict(): void {
    let evicted = 0;
    while (this.usedBytes > this.capacityBytes && evicted < this.frames.length) {
      const oldest = this.frames[evicted];
      if (oldest === undefined) break;
      this.usedBytes -= payloadBytes(oldest) + FRAME_OVERHEAD_BYTES;
      this.startOffset = oldest.offset + payloadBytes(oldest);
      evicted += 1;
    }
    if (evicted > 0) this.frames.splice(0, evicted);
    this.smallTail = Math.min(this.smallTail, this.frames.length);
  }
}
