import type { AttachmentState, RunnerFrame, RunnerScope } from '@claude-webui/protocol';
import {
  OUTPUT_HEADER_BYTES,
  OUTPUT_WINDOW_BYTES,
  OUTPUT_WINDOW_LOW_BYTES,
  encodeRunnerFrame,
} from '@claude-webui/protocol';
import type { OutputBuffer } from '../output-buffer/output-buffer';
import type { Snapshot } from '../screen/screen';

/** The far end of an attachment, whatever carries it. */
export interface Peer {
  send(frame: Uint8Array): void;
  /** Closes after what was sent. */
  close(): void;
}

/** One client's place in the output: what it has been sent, what it has dealt with, and whether it gets more. */
export class Attachment {
  /** Offset of the next byte to send; null until its first screen is known. */
  private position: number | null = null;
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

  /** Output goes on at `offset`. */
  startAt(offset: number): void {
    this.position = offset;
    this.acknowledged = offset;
    this.full = false;
  }

  /** Replaces the client's screen; output goes on after it. */
  show(snapshot: Snapshot): void {
    this.send({ type: 'snapshot', ...snapshot });
    this.startAt(snapshot.offset);
  }

  /** Nothing more is sent until `show`. */
  awaitSnapshot(): void {
    this.position = null;
  }

  /** How many bytes behind the newest output this attachment is; 0 while it awaits a snapshot. */
  lag(output: OutputBuffer): number {
    return this.position === null ? 0 : output.end - this.position;
  }

  /** Whether what it needs next has left the buffer. */
  hasLost(output: OutputBuffer): boolean {
    return this.position !== null && this.position < output.start;
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
    if (this.position === null || this.position < output.start) return false;
    const frame = output.frameAt(this.position);
    if (frame === null) return false;
    this.peer.send(frame);
    this.position += frame.length - OUTPUT_HEADER_BYTES;
    this.full = this.position - this.acknowledged >= OUTPUT_WINDOW_BYTES;
    return true;
  }

  /** The client has dealt with output up to `offset`. True if it was stalled until now. */
  acknowledge(offset: number): boolean {
    if (this.position === null || offset <= this.acknowledged || offset > this.position) return false;
    this.acknowledged = offset;
    if (!this.full || this.position - offset >= OUTPUT_WINDOW_LOW_BYTES) return false;
    this.full = false;
    return true;
  }
}
