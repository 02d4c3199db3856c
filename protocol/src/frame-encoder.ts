/** What both ends write: frames.ts has the layout. */
import type { ClientFrame, RunnerFrame, ScrollbackPiece } from './frames';
import {
  FrameType,
  INPUT_HEADER_BYTES,
  MORE_SCROLLBACK_FLAG,
  OUTPUT_HEADER_BYTES,
  RESIZED_BYTES,
  SCROLLBACK_HEADER_BYTES,
  SNAPSHOT_HEADER_BYTES,
  WANT_SCROLLBACK_BYTES,
} from './frames';
import type { TerminalSize } from './session';

const encoder = new TextEncoder();

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

/** A frame of so many bytes that begins with an offset and a size. */
function encodeSized(type: number, { offset, size }: { offset: number; size: TerminalSize }, bytes: number) {
  const { frame, view } = allocate(type, bytes - 1);
  writeUint64(view, 1, offset);
  view.setUint16(9, size.cols);
  view.setUint16(11, size.rows);
  return frame;
}

function encodeScrollback({ offset, position, total, more, data }: ScrollbackPiece): Uint8Array<ArrayBuffer> {
  const { frame, view } = allocate(FrameType.scrollback, SCROLLBACK_HEADER_BYTES - 1 + data.length);
  writeUint64(view, 1, offset);
  view.setUint32(9, position);
  view.setUint32(13, total);
  view.setUint8(17, more ? MORE_SCROLLBACK_FLAG : 0);
  frame.set(data, SCROLLBACK_HEADER_BYTES);
  return frame;
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
      const frame = encodeSized(FrameType.snapshot, message, SNAPSHOT_HEADER_BYTES + message.data.length);
      frame.set(message.data, SNAPSHOT_HEADER_BYTES);
      return frame;
    }
    case 'resized':
      return encodeSized(FrameType.resized, message, RESIZED_BYTES);
    case 'scrollback':
      return encodeScrollback(message);
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
