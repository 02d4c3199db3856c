import type { ClientFrame, RunnerFrame } from './frames';
import { decodeClientFrame, decodeRunnerFrame } from './frame-decoder';
import { encodeClientFrame, encodeRunnerFrame, writeOutputHeader } from './frame-encoder';
import { FrameError, FrameType, MAX_INPUT_PAYLOAD_BYTES, OUTPUT_HEADER_BYTES, isTerminalSize } from './frames';
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

describe('a frame is as long as its type says:', () => {
  const exact: [string, number, number, (frame: Uint8Array) => unknown][] = [
    ['an acknowledgement of input', FrameType.inputAck, 9, decodeRunnerFrame],
    ['a size', FrameType.resized, 13, decodeRunnerFrame],
    ['an acknowledgement', FrameType.ack, 9, decodeClientFrame],
    ['a wish for a size', FrameType.resize, 5, decodeClientFrame],
    ['taking over', FrameType.takeOver, 1, decodeClientFrame],
    ['a wish for scrollback', FrameType.wantScrollback, 13, decodeClientFrame],
  ];
  const atLeast: [string, number, number, (frame: Uint8Array) => unknown][] = [
    ['output', FrameType.output, 9, decodeRunnerFrame],
    ['a snapshot', FrameType.snapshot, 13, decodeRunnerFrame],
    ['scrollback', FrameType.scrollback, 18, decodeRunnerFrame],
    ['input', FrameType.input, 9, decodeClientFrame],
  ];
  /** A frame of ones, in which every number and size is possible. */
  const frameOf = (type: number, length: number) => {
    const frame = new Uint8Array(length);
    for (let at = 2; at <= length; at += 2) frame[at] = 1;
    frame[0] = type;
    if (length > 1) frame[1] = 0;
    if (type === FrameType.resize && length >= 5) frame.set([0, 80, 0, 24], 1);
    if ((type === FrameType.resized || type === FrameType.snapshot) && length >= 13) frame.set([0, 80, 0, 24], 9);
    return frame;
  };

  test.each([...exact, ...atLeast])('%s', (_what, type, length, decode) => {
    expect(() => decode(frameOf(type, length))).not.toThrow();
    if (length > 1) expect(() => decode(frameOf(type, length - 1))).toThrow(FrameError);
    if (length > 1) expect(() => decode(Uint8Array.of(type))).toThrow(FrameError);
  });

  test.each(exact)('%s has nothing after it', (_what, type, length, decode) => {
    expect(() => decode(frameOf(type, length + 1))).toThrow(FrameError);
  });
});

test.each([
  [80, 24, true],
  [1, 1, true],
  [1000, 1000, true],
  [0, 24, false],
  [80, 0, false],
  [1001, 24, false],
  [80, 1001, false],
  [80.5, 24, false],
  [80, 24.5, false],
  [NaN, 24, false],
  [-1, 24, false],
])('a terminal of %s×%s is possible: %s', (cols, rows, possible) => {
  expect(isTerminalSize({ cols, rows })).toBe(possible);
  if (!Number.isInteger(cols) || !Number.isInteger(rows) || cols < 0) return;
  const decodes = [
    () => decodeClientFrame(encodeClientFrame({ type: 'resize', size: { cols, rows } })),
    () => decodeRunnerFrame(encodeRunnerFrame({ type: 'resized', offset: 1, size: { cols, rows } })),
    () => decodeRunnerFrame(encodeRunnerFrame({ type: 'snapshot', offset: 1, size: { cols, rows }, data: bytes })),
  ];
  for (const decode of decodes)
    if (possible) expect(decode).not.toThrow();
    else expect(decode).toThrow(FrameError);
});

test('numbers are exact up to 2^53, and refused from there on', () => {
  const largest = Number.MAX_SAFE_INTEGER;
  expect(decodeClientFrame(encodeClientFrame({ type: 'ack', offset: largest }))).toEqual({
    type: 'ack',
    offset: largest,
  });
  expect(() => decodeClientFrame(Uint8Array.of(FrameType.ack, 0, 0x20, 0, 0, 0, 0, 0, 0))).toThrow(FrameError);
  // The upper half counts in 2^32, in each place that has a number.
  const frame = Uint8Array.of(FrameType.inputAck, 0, 0, 0, 1, 0, 0, 0, 2);
  expect(decodeRunnerFrame(frame)).toEqual({ type: 'input-ack', sequence: 2 ** 32 + 2 });
});

test('layouts are those of the table in frames.ts', () => {
  const size = { cols: 0x102, rows: 0x203 };
  expect([...encodeRunnerFrame({ type: 'snapshot', offset: 5, size, data: Uint8Array.of(9) })]).toEqual([
    ...[3, 0, 0, 0, 0, 0, 0, 0, 5, 1, 2, 2, 3, 9],
  ]);
  expect([
    ...encodeRunnerFrame({ type: 'scrollback', offset: 1, position: 2, total: 3, more: true, data: Uint8Array.of(9) }),
  ]).toEqual([9, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 1, 9]);
  expect([...encodeClientFrame({ type: 'want-scrollback', offset: 1, position: 2 })]).toEqual([
    ...[0x15, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 2],
  ]);
  expect([...encodeClientFrame({ type: 'input', sequence: 1, data: Uint8Array.of(9) })]).toEqual([
    ...[0x11, 0, 0, 0, 0, 0, 0, 0, 1, 9],
  ]);
  expect([...encodeClientFrame({ type: 'take-over' })]).toEqual([0x14]);
});

test.each([
  ['no JSON', Uint8Array.of(FrameType.state, 0x7b)],
  ['nothing', Uint8Array.of(FrameType.end)],
  ['text that is not UTF-8', Uint8Array.of(FrameType.refused, 0x22, 0xff, 0x22)],
])('a frame that holds %s in the place of JSON is refused', (_what, frame) => {
  expect(() => decodeRunnerFrame(frame)).toThrow(FrameError);
});

test('input of exactly the largest size is taken, and is a view on its frame', () => {
  const data = new Uint8Array(MAX_INPUT_PAYLOAD_BYTES).fill(7);
  const frame = encodeClientFrame({ type: 'input', sequence: 1, data });
  const decoded = decodeClientFrame(frame);
  expect(decoded).toEqual({ type: 'input', sequence: 1, data });
  expect(decoded.type === 'input' && decoded.data.buffer).toBe(frame.buffer);
});
