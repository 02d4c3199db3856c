/** Reads what the other end wrote: frames.ts has the layout. Nobody has vouched for either end. */
import type { ClientFrame, DecodedRunnerFrame, ScrollbackPiece } from './frames';
import {
  FrameError,
  FrameType,
  INPUT_HEADER_BYTES,
  MAX_INPUT_PAYLOAD_BYTES,
  MORE_SCROLLBACK_FLAG,
  OUTPUT_HEADER_BYTES,
  RESIZED_BYTES,
  SCROLLBACK_HEADER_BYTES,
  SNAPSHOT_HEADER_BYTES,
  WANT_SCROLLBACK_BYTES,
  isTerminalSize,
} from './frames';
import { parseAttached, parseEnd, parseRefused, parseState } from './frame-json';
import type { TerminalSize } from './session';

const decoder = new TextDecoder('utf-8', { fatal: true });

function readUint64(view: DataView, at: number): number {
  const value = view.getUint32(at) * 2 ** 32 + view.getUint32(at + 4);
  if (!Number.isSafeInteger(value)) throw new FrameError('a number in the frame exceeds 2^53');
  return value;
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

function jsonIn(frame: Uint8Array): unknown {
  try {
    return JSON.parse(decoder.decode(frame.subarray(1)));
  } catch {
    throw new FrameError('a frame does not hold JSON');
  }
}

function decodeSized(view: DataView): { offset: number; size: TerminalSize } {
  const size = { cols: view.getUint16(9), rows: view.getUint16(11) };
  if (!isTerminalSize(size)) throw new FrameError(`a terminal of ${size.cols}×${size.rows} is not possible`);
  return { offset: readUint64(view, 1), size };
}

function decodeScrollback(frame: Uint8Array): ScrollbackPiece {
  const view = viewOf(frame, SCROLLBACK_HEADER_BYTES);
  return {
    type: 'scrollback',
    offset: readUint64(view, 1),
    position: view.getUint32(9),
    total: view.getUint32(13),
    more: (view.getUint8(17) & MORE_SCROLLBACK_FLAG) !== 0,
    data: frame.subarray(SCROLLBACK_HEADER_BYTES),
  };
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
      return { type: 'state', state: parseState(jsonIn(frame)) };
    case FrameType.attached:
      return { type: 'attached', attached: parseAttached(jsonIn(frame)) };
    case FrameType.snapshot: {
      const sized = decodeSized(viewOf(frame, SNAPSHOT_HEADER_BYTES));
      return { type: 'snapshot', ...sized, data: frame.subarray(SNAPSHOT_HEADER_BYTES) };
    }
    case FrameType.refused: {
      const refused = parseRefused(jsonIn(frame));
      return refused === null ? { type: 'unknown' } : { type: 'refused', refused };
    }
    case FrameType.end:
      return { type: 'end', end: parseEnd(jsonIn(frame)) };
    case FrameType.resized:
      return { type: 'resized', ...decodeSized(exactly(frame, RESIZED_BYTES)) };
    case FrameType.scrollback:
      return decodeScrollback(frame);
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
