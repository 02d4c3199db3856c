import { ACK_QUANTUM_BYTES } from '@claude-webui/protocol';

/** Output that nobody has dealt with: many times what flow control lets a session send. */
const MAX_UNPARSED_BYTES = 16 * 1024 * 1024;

/** Where a client is in a session's output, on whatever links it came, and what it owes in acknowledgements. Pure. */
export class OutputPosition {
  /** Offset after the last byte that was taken; null before there is any screen. */
  private taken: number | null = null;
  /** What offsets count in; null before the first attach. */
  private streamName: string | null = null;
  /** Offset after what has been dealt with. */
  private parsedTo = 0;
  /** Offset after what the present link has brought, known or not: of no more is an acknowledgement believed. */
  private broughtTo = 0;
  private acknowledged = 0;

  get offset(): number | null {
    return this.taken;
  }

  get stream(): string | null {
    return this.streamName;
  }

  /** Output of another program than before: nothing that was counted holds any more. */
  begin(stream: string): void {
    this.streamName = stream;
    this.forget();
    this.parsedTo = 0;
  }

  /** What is on the screen is not to be built upon. */
  forget(): void {
    this.taken = null;
  }

  /** A link begins to bring output at `offset`. Meanwhile the one before may have brought more. */
  resume(offset: number): void {
    this.taken = Math.max(this.taken ?? offset, offset);
    this.broughtTo = this.acknowledged = offset;
  }

  /** A screen replaces all that was before `offset`. */
  replace(offset: number): void {
    this.taken = this.broughtTo = this.acknowledged = offset;
    // What waits to be parsed is of the screen before.
    this.parsedTo = Math.max(this.parsedTo, offset);
  }

  /** Whether what stands in the output before the byte at `offset` has not been taken yet. */
  isNew(offset: number): boolean {
    return this.taken === null || offset >= this.taken;
  }

  /** Takes `length` bytes of output. @returns how many of them are known already */
  take(offset: number, length: number): number {
    this.broughtTo = offset + length;
    const known = Math.min(length, Math.max(0, (this.taken ?? offset) - offset));
    if (known < length) this.taken = this.broughtTo;
    return known;
  }

  /** Everything before `offset` has been dealt with. */
  parsed(offset: number): void {
    this.parsedTo = offset;
  }

  /** Whether more waits to be parsed than a session would send. */
  get isFlooded(): boolean {
    return (this.taken ?? 0) - this.parsedTo > MAX_UNPARSED_BYTES;
  }

  /** The offset to acknowledge now, or null. Each is given once. */
  due(): number | null {
    const offset = Math.min(this.parsedTo, this.broughtTo);
    if (offset - this.acknowledged < ACK_QUANTUM_BYTES) return null;
    this.acknowledged = offset;
    return offset;
  }
}
