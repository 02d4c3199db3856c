import type { AttachmentState, RunnerFrame, RunnerScope, ScrollbackPiece } from '@claude-webui/protocol';
import { OUTPUT_WINDOW_BYTES, OUTPUT_WINDOW_LOW_BYTES, encodeRunnerFrame } from '@claude-webui/protocol';
import type { OutputBuffer, Position } from '../output-buffer/output-buffer';
import type { Snapshot } from '../screen/screen';

/** The far end of an attachment, whatever carries it. */
export interface Peer {
  send(frame: Uint8Array): void;
  /** Closes after what was sent. */
  close(): void;
}

/** One client's place in the output: what it has been sent, what it has dealt with, and whether it gets more. */
export class Attachment {
  /** Where the stream goes on; null until its first screen is known. */
  private position: Position | null = null;
  /** Bytes of the last snapshot's scrollback before this one have been sent on this connection. */
  private fetchedTo = 0;
  private acknowledged = 0;
  private full = false;
  private lastState = '';

  constructor(
    readonly client: string,
    readonly scope: Extract<RunnerScope, 'drive' | 'view'>,
    readonly peer: Peer,
  ) {}

  /** Whether the window of unacknowledged output is full: nothing is sent until enough is acknowledged. */
  get isStalled(): boolean {
    return this.full;
  }

  /** Everything before this offset it has been sent; null while it awaits a snapshot. */
  get sentOffset(): number | null {
    return this.position?.offset ?? null;
  }

  /** Everything before this offset the client has dealt with. */
  get acknowledgedOffset(): number {
    return this.acknowledged;
  }

  send(frame: RunnerFrame): void {
    this.peer.send(encodeRunnerFrame(frame));
  }

  /** Tells the client the state of the session unless it has been told the same before. */
  tell(state: AttachmentState): void {
    const text = JSON.stringify(state);
    if (text === this.lastState) return;
    this.lastState = text;
    this.send({ type: 'state', state });
  }

  /** The stream goes on after `offset` and all sizes there. */
  startAt(offset: number, output: OutputBuffer): void {
    this.goOnAt(output.positionAt(offset).position);
  }

  /** Tells the client the size that the terminal has where the stream goes on. */
  sendSizeAt(offset: number, output: OutputBuffer): void {
    this.send({ type: 'resized', offset, size: output.positionAt(offset).size });
  }

  /** Replaces the client's screen; the stream goes on after it. */
  show(snapshot: Snapshot): void {
    const { offset, sizes, size, data } = snapshot;
    this.send({ type: 'snapshot', offset, size, data });
    this.goOnAt({ offset, sizes });
    this.fetchedTo = 0;
  }

  /** Sends a piece of its snapshot's scrollback. None twice: who asks again and again fills nobody's memory. */
  sendScrollback(piece: ScrollbackPiece): void {
    const { position, data } = piece;
    if (data.length > 0 && position < this.fetchedTo) return;
    this.fetchedTo = position + data.length;
    this.send(piece);
  }

  private goOnAt(position: Position): void {
    this.position = position;
    this.acknowledged = position.offset;
    this.full = false;
  }

  /** Nothing more is sent until `show`. */
  awaitSnapshot(): void {
    this.position = null;
  }

  /** How many bytes behind the newest output this attachment is; 0 while it awaits a snapshot. */
  lag(output: OutputBuffer): number {
    return this.position === null ? 0 : output.end - this.position.offset;
  }

  /** Whether what it needs next has left the buffer. */
  hasLost(output: OutputBuffer): boolean {
    return this.position !== null && output.hasLost(this.position);
  }

  /** Sends what is there, as far as the window goes. */
  pump(output: OutputBuffer): void {
    while (!this.full && this.sendNext(output)) continue;
  }

  /** Sends all that is there, for no more will come: at most what the buffer holds. */
  finish(output: OutputBuffer): void {
    while (this.sendNext(output)) continue;
  }

  /** Sends one frame, if there is one for this attachment. */
  private sendNext(output: OutputBuffer): boolean {
    const next = this.position === null ? null : output.next(this.position);
    if (next === null) return false;
    this.peer.send(next.frame);
    this.position = next.after;
    this.full = next.after.offset - this.acknowledged >= OUTPUT_WINDOW_BYTES;
    return true;
  }

  /** The client has dealt with output up to `offset`. True if it was stalled until now. */
  acknowledge(offset: number): boolean {
    if (this.position === null || offset <= this.acknowledged || offset > this.position.offset) return false;
    this.acknowledged = offset;
    if (!this.full || this.position.offset - offset >= OUTPUT_WINDOW_LOW_BYTES) return false;
    this.full = false;
    return true;
  }
}
