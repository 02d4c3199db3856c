import type { ClientFrame, RunnerFrame } from './frames';
import {
  FrameError,
  FrameType,
  MAX_INPUT_PAYLOAD_BYTES,
  OUTPUT_HEADER_BYTES,
  decodeClientFrame,
  decodeRunnerFrame,
  encodeClientFrame,
  encodeRunnerFrame,
  writeOutputHeader,
} from './frames';
import type { AttachmentState } from './session';

const state: AttachmentState = {
  role: 'driver',
  driven: true,
  attachments: 2,
  size: { cols: 80, rows: 24 },
  activity: 'done',
  idleEndsInMs: null,
};
const bytes = Uint8Array.of(0, 0x1b, 0xff, 0xc3, 0x28);

const runnerFrames: RunnerFrame[] = [
  {
    type: 'attached',
    attached: { sessionId: 's', stream: 'a stream', resume: 'exact', offset: 7, inputSequence: 3, state },
  },
  { type: 'output', offset: 2 ** 52 + 1, data: bytes },
  { type: 'snapshot', offset: 2 ** 33, size: { cols: 120, rows: 40 }, data: bytes },
  { type: 'input-ack', sequence: 2 ** 40 },
  { type: 'state', state },
  { type: 'refused', refused: { code: 'not-driver' } },
  { type: 'end', end: { reason: 'exited', exitCode: 0 } },
  { type: 'resized', offset: 2 ** 40, size: { cols: 1000, rows: 1 } },
  { type: 'scrollback', offset: 2 ** 41, position: 65536, total: 2 ** 31, more: true, data: bytes },
];
const clientFrames: ClientFrame[] = [
  { type: 'input', sequence: 1, data: bytes },
  { type: 'ack', offset: 2 ** 45 },
  { type: 'resize', size: { cols: 1, rows: 1000 } },
  { type: 'take-over' },
  { type: 'want-scrollback', offset: 2 ** 42, position: 2 ** 20 },
];

test.each(runnerFrames)('a runner’s $type frame survives the wire', (frame) => {
  expect(decodeRunnerFrame(encodeRunnerFrame(frame))).toEqual(frame);
});

test.each(clientFrames)('a client’s $type frame survives the wire', (frame) => {
  expect(decodeClientFrame(encodeClientFrame(frame))).toEqual(frame);
});

test('a frame inside a larger buffer is read from its own place', () => {
  const frame = encodeRunnerFrame({ type: 'output', offset: 5, data: bytes });
  const pool = new Uint8Array(100);
  pool.set(frame, 37);
  expect(decodeRunnerFrame(pool.subarray(37, 37 + frame.length))).toEqual({ type: 'output', offset: 5, data: bytes });
});

test('a header written in place gives the frame that encoding gives', () => {
  const frame = new Uint8Array(OUTPUT_HEADER_BYTES + bytes.length);
  frame.set(bytes, OUTPUT_HEADER_BYTES);
  writeOutputHeader(frame, 2 ** 34);
  expect(frame).toEqual(encodeRunnerFrame({ type: 'output', offset: 2 ** 34, data: bytes }));
});

test.each([
  ['nothing', Uint8Array.of()],
  ['an unknown type', Uint8Array.of(0x7f)],
  ['a runner’s type', Uint8Array.of(FrameType.output, 0, 0, 0, 0, 0, 0, 0, 0, 1)],
  ['input without its number', Uint8Array.of(FrameType.input, 1, 2)],
  ['input number 0', Uint8Array.of(FrameType.input, 0, 0, 0, 0, 0, 0, 0, 0, 65)],
  ['a number above 2^53', Uint8Array.of(FrameType.ack, 0xff, 0, 0, 0, 0, 0, 0, 0)],
  ['an ack that is too long', Uint8Array.of(FrameType.ack, 0, 0, 0, 0, 0, 0, 0, 1, 9)],
  ['a wish for scrollback that is cut short', Uint8Array.of(FrameType.wantScrollback, 0, 0, 0, 0, 0, 0, 0, 1, 0)],
  ['zero columns', Uint8Array.of(FrameType.resize, 0, 0, 0, 24)],
  ['65535 rows', Uint8Array.of(FrameType.resize, 0, 80, 0xff, 0xff)],
  [
    'input above the limit',
    encodeClientFrame({ type: 'input', sequence: 1, data: new Uint8Array(MAX_INPUT_PAYLOAD_BYTES + 1) }),
  ],
])('a client frame of %s is refused', (_, frame) => {
  expect(() => decodeClientFrame(frame)).toThrow(FrameError);
});

test('no bytes at all make the decoders fail otherwise than by FrameError', () => {
  // xorshift32: the same bytes in every run.
  let seed = 0x2545f491;
  const random = () => {
    seed ^= seed << 13;
    seed ^= seed >>> 17;
    seed ^= seed << 5;
    return seed >>> 0;
  };
  for (let round = 0; round < 20_000; round += 1) {
    const frame = Uint8Array.from({ length: random() % 24 }, () => random() & 0xff);
    if (frame.length > 0 && random() % 2 === 0) frame[0] = (random() % 2 === 0 ? 0x10 : 0) + (random() % 8);
    for (const decode of [decodeClientFrame, decodeRunnerFrame]) {
      try {
        decode(frame);
      } catch (error) {
        if (!(error instanceof FrameError)) throw error;
      }
    }
  }
});

test('what an older runner calls waiting is done', () => {
  const older = new TextEncoder().encode(JSON.stringify({ ...state, activity: 'waiting' }));
  expect(decodeRunnerFrame(Uint8Array.of(FrameType.state, ...older))).toEqual({ type: 'state', state });
});
