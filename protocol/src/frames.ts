/**
 * Terminal traffic on the wire, the same bytes on both hops (browser ⇄ gateway ⇄ session-runner), so that the gateway
 * can forward a frame it has not decoded.
 *
 * Byte 0 is the type. Integers are big-endian. Offsets and sequence numbers take 8 bytes and stay below 2^53.
 *
 * | type            | layout after byte 0                                  | from   |
 * |-----------------|------------------------------------------------------|--------|
 * | attached        | JSON `Attached`                                      | runner |
 * | output          | offset u64, bytes                                    | runner |
 * | snapshot        | offset u64, cols u16, rows u16, bytes                | runner |
 * | input-ack       | sequence u64                                         | runner |
 * | state           | JSON `AttachmentState`                               | runner |
 * | refused         | JSON `Refused`                                       | runner |
 * | end             | JSON `SessionEnd`                                    | runner |
 * | resized         | offset u64, cols u16, rows u16                       | runner |
 * | scrollback      | offset u64, position u32, total u32, flags u8, bytes | runner |
 * | input           | sequence u64, bytes                                  | client |
 * | ack             | offset u64                                           | client |
 * | resize          | cols u16, rows u16                                   | client |
 * | take-over       | nothing                                              | client |
 * | want-scrollback | offset u64, position u32                             | client |
 *
 * `resized` and `output` are one ordered stream: from byte `offset` on, the terminal has that size, and what follows was made for it.
 * After `attached` with an exact resume comes the size at that offset; a snapshot brings its own. A client asks for a size by
 * `resize` and changes its terminal at `resized`, not before.
 *
 * A snapshot is the screen. The lines above it are asked for piece by piece with `want-scrollback`, which names the snapshot by its
 * offset and the byte of the scrollback to go on from, and is answered by one `scrollback`. Bit 0 of its flags: there were more lines
 * above, which are not kept. `total` is 0 where there is no scrollback for that snapshot, or no longer.
 *
 * A reader ignores frames of a type that it does not know: a newer session-runner may send them.
 */
import type { AttachmentState, Attached, Refused, SessionEnd, TerminalSize } from './session';

export const FrameType = {
  attached: 0x01,
  output: 0x02,
  snapshot: 0x03,
  inputAck: 0x04,
  state: 0x05,
  refused: 0x06,
  end: 0x07,
  resized: 0x08,
  scrollback: 0x09,
  input: 0x11,
  ack: 0x12,
  resize: 0x13,
  takeOver: 0x14,
  wantScrollback: 0x15,
} as const;

/** Bytes before the payload of an output frame: type and offset. */
export const OUTPUT_HEADER_BYTES = 9;
/** Bytes before the payload of an input frame: type and sequence number. */
export const INPUT_HEADER_BYTES = 9;
/** Bytes of the frames of a fixed length, and before the payload of the others. */
export const SNAPSHOT_HEADER_BYTES = 13;
export const RESIZED_BYTES = 13;
export const SCROLLBACK_HEADER_BYTES = 18;
export const WANT_SCROLLBACK_BYTES = 13;
/** Bit of a scrollback frame's flags: there were more lines above, which are not kept. */
export const MORE_SCROLLBACK_FLAG = 0b1;

/** Largest payload of one output frame. A program's flood is cut into frames of this size; a snapshot is never cut. */
export const MAX_OUTPUT_PAYLOAD_BYTES = 64 * 1024;
/** Largest payload of one scrollback frame. */
export const MAX_SCROLLBACK_PAYLOAD_BYTES = 64 * 1024;
/** Largest payload of one input frame. A paste is sent as several. */
export const MAX_INPUT_PAYLOAD_BYTES = 16 * 1024;
/** Largest terminal either way; xterm.js and the kernel's winsize would take more, no screen does. */
export const MAX_TERMINAL_CELLS_PER_SIDE = 1000;

/** What a session-runner sends. */
export type RunnerFrame =
  | { type: 'attached'; attached: Attached }
  | { type: 'output'; offset: number; data: Uint8Array }
  | { type: 'snapshot'; offset: number; size: TerminalSize; data: Uint8Array }
  | { type: 'input-ack'; sequence: number }
  | { type: 'state'; state: AttachmentState }
  | { type: 'refused'; refused: Refused }
  | { type: 'end'; end: SessionEnd }
  | { type: 'resized'; offset: number; size: TerminalSize }
  | ScrollbackPiece;

/** A piece of the lines above a snapshot's screen. */
export interface ScrollbackPiece {
  type: 'scrollback';
  /** Of the snapshot. */
  offset: number;
  /** Bytes of the scrollback before this piece. */
  position: number;
  /** Bytes of the whole scrollback. */
  total: number;
  /** Whether there were lines above it that are not kept. */
  more: boolean;
  data: Uint8Array;
}

/** A frame of a runner, or one of a type that only newer programs know, which is to be ignored. */
export type DecodedRunnerFrame = RunnerFrame | { type: 'unknown' };

/** What a browser sends. */
export type ClientFrame =
  | { type: 'input'; sequence: number; data: Uint8Array }
  | { type: 'ack'; offset: number }
  | { type: 'resize'; size: TerminalSize }
  | { type: 'take-over' }
  | { type: 'want-scrollback'; offset: number; position: number };

/** A frame that breaks the layout above. The connection it came on is not to be trusted further. */
export class FrameError extends Error {
  override readonly name = 'FrameError';
}

/** Whether both sides are whole numbers from 1 to `MAX_TERMINAL_CELLS_PER_SIDE`. */
export function isTerminalSize(size: TerminalSize): boolean {
  return [size.cols, size.rows].every(
    (side) => Number.isInteger(side) && side >= 1 && side <= MAX_TERMINAL_CELLS_PER_SIDE,
  );
}
