import type { ClientFrame, RunnerFrame } from './frames';
import { decodeClientFrame, decodeRunnerFrame } from './frame-decoder';
import { encodeClientFrame, encodeRunnerFrame, writeOutputHeader } from './frame-encoder';
import { FrameError, FrameType, MAX_INPUT_PAYLOAD_BYTES, OUTPUT_HEADER_BYTES } from './frames';
import { MAX_SCROLLBACK_LINES } from './runner-link';
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
  {
    type: 'attached',
    attached: { sessionId: 's', stream: '', resume: 'snapshot', offset: 7, replayTo: 9, inputSequence: 0, state },
  },
  {
    type: 'attached',
    attached: {
      sessionId: 's',
      stream: 'x',
      resume: 'exact',
      offset: 0,
      replayTo: 0,
      scrollbackLines: 20_000,
      inputSequence: 5,
      refused: { code: 'line-too-long', sequence: 4 },
      state,
    },
  },
  { type: 'state', state: { ...state, idleEndsInMs: 4500.5 } },
  { type: 'end', end: { reason: 'start-failed', exitCode: null, detail: 'why' } },
  { type: 'scrollback', offset: 0, position: 0, total: 0, more: false, data: new Uint8Array() },
  { type: 'output', offset: 2 ** 52 + 1, data: bytes },
  { type: 'snapshot', offset: 2 ** 33, size: { cols: 120, rows: 40 }, data: bytes },
  { type: 'input-ack', sequence: 2 ** 40 },
  { type: 'state', state },
  { type: 'refused', refused: { code: 'not-driver' } },
  { type: 'refused', refused: { code: 'line-too-long', sequence: 2 ** 40 } },
  { type: 'end', end: { reason: 'exited', exitCode: 0 } },
  { type: 'resized', offset: 2 ** 40, size: { cols: 1000, rows: 1 } },
  { type: 'scrollback', offset: 2 ** 41, position: 65536, total: 2 ** 31, more: true, data: bytes },
];
const clientFrames: ClientFrame[] = [
  { type: 'input', sequence: 1, data: bytes },
  { type: 'input', sequence: 2, data: new Uint8Array(MAX_INPUT_PAYLOAD_BYTES).fill(65) },
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
  ['a wish for scrollback that is too long', new Uint8Array(14).fill(FrameType.wantScrollback, 0, 1)],
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
    if (frame.length > 0 && random() % 2 === 0) frame[0] = (random() % 2 === 0 ? 0x10 : 0) + (random() % 10);
    for (const decode of [decodeClientFrame, decodeRunnerFrame]) {
      try {
        decode(frame);
      } catch (error) {
        if (!(error instanceof FrameError)) throw error;
      }
    }
  }
});

const json = (type: number, value: unknown) => Uint8Array.of(type, ...new TextEncoder().encode(JSON.stringify(value)));

test.each([
  ['nothing', Uint8Array.of()],
  ['a size without its rows', Uint8Array.of(FrameType.resized, 0, 0, 0, 0, 0, 0, 0, 1, 0, 80)],
  ['a size with something after it', Uint8Array.of(FrameType.resized, 0, 0, 0, 0, 0, 0, 0, 1, 0, 80, 0, 24, 0)],
  ['a size of no rows', Uint8Array.of(FrameType.resized, 0, 0, 0, 0, 0, 0, 0, 1, 0, 80, 0, 0)],
  ['a snapshot of 65535 columns', Uint8Array.of(FrameType.snapshot, 0, 0, 0, 0, 0, 0, 0, 1, 255, 255, 0, 24, 65)],
  ['scrollback that is cut in its header', new Uint8Array(17).fill(FrameType.scrollback, 0, 1)],
  ['a state that is a number', json(FrameType.state, 5)],
  ['a state of an unknown role', json(FrameType.state, { ...state, role: 'emperor' })],
  ['a state of an impossible size', json(FrameType.state, { ...state, size: { cols: 0, rows: 5 } })],
  ['a state without a size', json(FrameType.state, { ...state, size: undefined })],
  ['a negative number of attachments', json(FrameType.state, { ...state, attachments: -1 })],
  ['an idle end in words', json(FrameType.state, { ...state, idleEndsInMs: 'soon' })],
  ['an end without a reason', json(FrameType.end, { exitCode: 0 })],
  ['an exit status in words', json(FrameType.end, { reason: 'exited', exitCode: 'zero' })],
  ['a refusal without a code', json(FrameType.refused, {})],
  ['an attach at a negative offset', json(FrameType.attached, { ...attachedAt(-1) })],
  ['a replay up to a word', json(FrameType.attached, { ...attachedAt(1), replayTo: 'here' })],
  ['lines in words', json(FrameType.attached, { ...attachedAt(1), scrollbackLines: 'many' })],
  ['a refusal of a negative number', json(FrameType.refused, { code: 'line-too-long', sequence: -1 })],
])('a runner’s frame of %s is refused', (_, frame) => {
  expect(() => decodeRunnerFrame(frame)).toThrow(FrameError);
});

function attachedAt(offset: number) {
  return { sessionId: 's', stream: 'x', resume: 'exact', offset, inputSequence: 0, state };
}

describe('of what only a later release knows,', () => {
  test.each([
    ['a type is ignored', Uint8Array.of(0x0f, 1, 2), { type: 'unknown' }],
    ['a refusal is ignored', json(FrameType.refused, { code: 'too-late' }), { type: 'unknown' }],
    ['a reason is an end', json(FrameType.end, { reason: 'x', exitCode: 1 }), { end: { reason: 'terminated' } }],
    ['an activity is work', json(FrameType.state, { ...state, activity: 'x' }), { state: { activity: 'working' } }],
    [
      'a refusal of input before the attach is ignored',
      json(FrameType.attached, { ...attachedAt(1), refused: { code: 'too-late', sequence: 1 } }),
      { attached: attachedAt(1) },
    ],
    ['a flag of scrollback is ignored', scrollbackWithFlags(0b10), { more: false }],
    ['a flag beside another is ignored', scrollbackWithFlags(0b11), { more: true }],
  ])('%s', (_, frame, decoded) => expect(decodeRunnerFrame(frame)).toMatchObject(decoded));
});

function scrollbackWithFlags(flags: number): Uint8Array {
  const frame = new Uint8Array(18);
  frame[0] = FrameType.scrollback;
  frame[17] = flags;
  return frame;
}

test('a runner that keeps more lines than any may is not believed', () => {
  const frame = json(FrameType.attached, { ...attachedAt(1), scrollbackLines: Number.MAX_SAFE_INTEGER });
  expect(decodeRunnerFrame(frame)).toMatchObject({ attached: { scrollbackLines: MAX_SCROLLBACK_LINES } });
});

test('what an older runner calls waiting is done', () => {
  const older = new TextEncoder().encode(JSON.stringify({ ...state, activity: 'waiting' }));
  expect(decodeRunnerFrame(Uint8Array.of(FrameType.state, ...older))).toEqual({ type: 'state', state });
});
