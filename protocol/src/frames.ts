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
 * | scrollback      | offset u64, position u32, total u32, more u8, bytes  | runner |
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
 * offset and the byte of the scrollback to go on from, and is answered by one `scrollback`.
 */
import type { AttachmentState, Attached, Refused, SessionEnd, TerminalSize } from './session';
import { renamedActivity } from './session';

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
const SNAPSHOT_HEADER_BYTES = 13;
const RESIZED_BYTES = 13;
const SCROLLBACK_HEADER_BYTES = 18;
const WANT_SCROLLBACK_BYTES = 13;

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

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true });

/** Frame with a type, room for `length` more bytes, and a view on it. */
function allocate(type: number, length: number): { frame: Uint8Array<ArrayBuffer>; view: DataView } {
  const frame = new Uint8Array(1 + length);
  frame[0] = type;
  return { frame, view: new DataView(frame.buffer) };
}

function writeUint64(view: DataView, at: number, value: number): void {
  view.setUint32(at, Math.floor(value / 2 ** 32));
  view.setUint32(at + 4, value % 2 ** 32);
}

function readUint64(view: DataView, at: number): number {
  const value = view.getUint32(at) * 2 ** 32 + view.getUint32(at + 4);
  if (!Number.isSafeInteger(value)) throw new FrameError('a number in the frame exceeds 2^53');
  return value;
}

function encodeJson(type: number, value: unknown): Uint8Array<ArrayBuffer> {
  const body = encoder.encode(JSON.stringify(value));
  const { frame } = allocate(type, body.length);
  frame.set(body, 1);
  return frame;
}

/** Writes the type and offset of an output frame into the first `OUTPUT_HEADER_BYTES` of `frame`, whose payload is already there. */
export function writeOutputHeader(frame: Uint8Array, offset: number): void {
  frame[0] = FrameType.output;
  writeUint64(new DataView(frame.buffer, frame.byteOffset, frame.byteLength), 1, offset);
}

/** Encodes what a session-runner sends. Output offsets count the bytes of the session before this payload. */
export function encodeRunnerFrame(message: RunnerFrame): Uint8Array<ArrayBuffer> {
  switch (message.type) {
    case 'attached':
      return encodeJson(FrameType.attached, message.attached);
    case 'state':
      return encodeJson(FrameType.state, message.state);
    case 'refused':
      return encodeJson(FrameType.refused, message.refused);
    case 'end':
      return encodeJson(FrameType.end, message.end);
    case 'output': {
      const { frame } = allocate(FrameType.output, OUTPUT_HEADER_BYTES - 1 + message.data.length);
      writeOutputHeader(frame, message.offset);
      frame.set(message.data, OUTPUT_HEADER_BYTES);
      return frame;
    }
    case 'snapshot': {
      const { frame, view } = allocate(FrameType.snapshot, SNAPSHOT_HEADER_BYTES - 1 + message.data.length);
      writeUint64(view, 1, message.offset);
      view.setUint16(9, message.size.cols);
      view.setUint16(11, message.size.rows);
      frame.set(message.data, SNAPSHOT_HEADER_BYTES);
      return frame;
    }
    case 'resized': {
      const { frame, view } = allocate(FrameType.resized, RESIZED_BYTES - 1);
      writeUint64(view, 1, message.offset);
      view.setUint16(9, message.size.cols);
      view.setUint16(11, message.size.rows);
      return frame;
    }
    case 'scrollback': {
      const { frame, view } = allocate(FrameType.scrollback, SCROLLBACK_HEADER_BYTES - 1 + message.data.length);
      writeUint64(view, 1, message.offset);
      view.setUint32(9, message.position);
      view.setUint32(13, message.total);
      view.setUint8(17, message.more ? 1 : 0);
      frame.set(message.data, SCROLLBACK_HEADER_BYTES);
      return frame;
    }
    case 'input-ack': {
      const { frame, view } = allocate(FrameType.inputAck, 8);
      writeUint64(view, 1, message.sequence);
      return frame;
    }
  }
}

/** Encodes what a browser sends. */
export function encodeClientFrame(message: ClientFrame): Uint8Array<ArrayBuffer> {
  switch (message.type) {
    case 'input': {
      const { frame, view } = allocate(FrameType.input, INPUT_HEADER_BYTES - 1 + message.data.length);
      writeUint64(view, 1, message.sequence);
      frame.set(message.data, INPUT_HEADER_BYTES);
      return frame;
    }
    case 'ack': {
      const { frame, view } = allocate(FrameType.ack, 8);
      writeUint64(view, 1, message.offset);
      return frame;
    }
    case 'resize': {
      const { frame, view } = allocate(FrameType.resize, 4);
      view.setUint16(1, message.size.cols);
      view.setUint16(3, message.size.rows);
      return frame;
    }
    case 'take-over':
      return allocate(FrameType.takeOver, 0).frame;
    case 'want-scrollback': {
      const { frame, view } = allocate(FrameType.wantScrollback, WANT_SCROLLBACK_BYTES - 1);
      writeUint64(view, 1, message.offset);
      view.setUint32(9, message.position);
      return frame;
    }
  }
}

/** A view on the frame once it is known to hold at least `bytes`. */
function viewOf(frame: Uint8Array, bytes: number): DataView {
  if (frame.length < bytes) throw new FrameError(`a frame of ${frame.length} bytes is cut short`);
  return new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
}

function exactly(frame: Uint8Array, bytes: number): DataView {
  if (frame.length > bytes) throw new FrameError(`a frame of ${frame.length} bytes is longer than its type allows`);
  return viewOf(frame, bytes);
}

/** JSON of a runner's frame. The runner is one of our own programs, so its shape is taken as its type says. */
function decodeJson(frame: Uint8Array): unknown {
  try {
    return JSON.parse(decoder.decode(frame.subarray(1)), (name, value: unknown) =>
      name === 'activity' ? renamedActivity(value) : value,
    );
  } catch {
    throw new FrameError('a frame does not hold JSON');
  }
}

/**
 * Decodes what a session-runner sent. Payloads are views on `frame`, not copies.
 * @throws FrameError
 */
export function decodeRunnerFrame(frame: Uint8Array): DecodedRunnerFrame {
  switch (frame[0]) {
    case FrameType.output:
      return {
        type: 'output',
        offset: readUint64(viewOf(frame, OUTPUT_HEADER_BYTES), 1),
        data: frame.subarray(OUTPUT_HEADER_BYTES),
      };
    case FrameType.inputAck:
      return { type: 'input-ack', sequence: readUint64(exactly(frame, 9), 1) };
    case FrameType.state:
      return { type: 'state', state: decodeJson(frame) as AttachmentState };
    case FrameType.attached:
      return { type: 'attached', attached: decodeJson(frame) as Attached };
    case FrameType.snapshot: {
      const view = viewOf(frame, SNAPSHOT_HEADER_BYTES);
      return {
        type: 'snapshot',
        offset: readUint64(view, 1),
        size: { cols: view.getUint16(9), rows: view.getUint16(11) },
        data: frame.subarray(SNAPSHOT_HEADER_BYTES),
      };
    }
    case FrameType.refused:
      return { type: 'refused', refused: decodeJson(frame) as Refused };
    case FrameType.end:
      return { type: 'end', end: decodeJson(frame) as SessionEnd };
    case FrameType.resized: {
      const view = exactly(frame, RESIZED_BYTES);
      const size = { cols: view.getUint16(9), rows: view.getUint16(11) };
      if (!isTerminalSize(size)) throw new FrameError(`a terminal of ${size.cols}×${size.rows} is not possible`);
      return { type: 'resized', offset: readUint64(view, 1), size };
    }
    case FrameType.scrollback: {
      const view = viewOf(frame, SCROLLBACK_HEADER_BYTES);
      return {
        type: 'scrollback',
        offset: readUint64(view, 1),
        position: view.getUint32(9),
        total: view.getUint32(13),
        more: view.getUint8(17) === 1,
        data: frame.subarray(SCROLLBACK_HEADER_BYTES),
      };
    }
    case undefined:
      throw new FrameError('a frame is empty');
    default:
      return { type: 'unknown' };
  }
}

/**
 * Decodes and checks what a browser sent, which nobody has vouched for. Payloads are views on `frame`, not copies.
 * @throws FrameError
 */
export function decodeClientFrame(frame: Uint8Array): ClientFrame {
  switch (frame[0]) {
    case FrameType.input: {
      const sequence = readUint64(viewOf(frame, INPUT_HEADER_BYTES), 1);
      if (sequence === 0) throw new FrameError('input sequence numbers start at 1');
      if (frame.length - INPUT_HEADER_BYTES > MAX_INPUT_PAYLOAD_BYTES) {
        throw new FrameError(`an input frame holds at most ${MAX_INPUT_PAYLOAD_BYTES} bytes`);
      }
      return { type: 'input', sequence, data: frame.subarray(INPUT_HEADER_BYTES) };
    }
    case FrameType.ack:
      return { type: 'ack', offset: readUint64(exactly(frame, 9), 1) };
    case FrameType.resize: {
      const view = exactly(frame, 5);
      const size = { cols: view.getUint16(1), rows: view.getUint16(3) };
      if (!isTerminalSize(size)) throw new FrameError(`a terminal of ${size.cols}×${size.rows} is not possible`);
      return { type: 'resize', size };
    }
    case FrameType.takeOver:
      exactly(frame, 1);
      return { type: 'take-over' };
    case FrameType.wantScrollback: {
      const view = exactly(frame, WANT_SCROLLBACK_BYTES);
      return { type: 'want-scrollback', offset: readUint64(view, 1), position: view.getUint32(9) };
    }
    default:
      throw new FrameError(`frame type ${String(frame[0])} is not one a client sends`);
  }
}

/** Whether both sides are whole numbers from 1 to `MAX_TERMINAL_CELLS_PER_SIDE`. */
export function isTerminalSize(size: TerminalSize): boolean {
  return [size.cols, size.rows].every(
    (side) => Number.isInteger(side) && side >= 1 && side <= MAX_TERMINAL_CELLS_PER_SIDE,
  );
}
