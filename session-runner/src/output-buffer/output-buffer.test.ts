import { OUTPUT_HEADER_BYTES, decodeRunnerFrame } from '@claude-webui/protocol';
import type { Position } from './output-buffer';
import { OutputBuffer } from './output-buffer';

const SIZE = { cols: 80, rows: 24 };
const append = (buffer: OutputBuffer, output: string) =>
  buffer.append(Buffer.concat([Buffer.alloc(OUTPUT_HEADER_BYTES), Buffer.from(output)]));

/** The stream from a place on; a size is written `[COLSxROWS]`. */
function text(buffer: OutputBuffer, from: Position): string {
  let result = '';
  for (let next = buffer.next(from); next !== null; next = buffer.next(from)) {
    const decoded = decodeRunnerFrame(next.frame);
    if (decoded.type === 'output') result += Buffer.from(decoded.data).toString();
    else if (decoded.type === 'resized') result += `[${decoded.size.cols}x${decoded.size.rows}]`;
    else throw new Error(decoded.type);
    // Not by expect: there are hundreds of thousands of frames.
    if (decoded.offset !== from.offset) throw new Error(`A frame of ${decoded.offset} at ${from.offset}`);
    from = next.after;
  }
  return result;
}
const textFrom = (buffer: OutputBuffer, offset: number) => text(buffer, buffer.positionAt(offset).position);
const START = { offset: 0, sizes: 0 };

test('what was put in comes out from any offset that is kept', () => {
  const buffer = new OutputBuffer(1_000_000, SIZE);
  const whole = Array.from({ length: 300 }, (_, n) => `${n},`.repeat(1 + (n % 7))).join('');
  for (let at = 0; at < whole.length;) {
    const piece = whole.slice(at, at + 1 + (at % 13));
    append(buffer, piece);
    at += piece.length;
  }
  expect(buffer.end).toBe(whole.length);
  for (let from = 0; from <= whole.length; from += 1) expect(textFrom(buffer, from)).toBe(whole.slice(from));
});

test('sizes come where they were put, and who resumes is told the one in force', () => {
  const buffer = new OutputBuffer(1_000_000, SIZE);
  buffer.appendSize({ cols: 1, rows: 1 });
  append(buffer, 'abc');
  buffer.appendSize({ cols: 2, rows: 2 });
  buffer.appendSize({ cols: 3, rows: 3 });
  append(buffer, 'def');
  buffer.appendSize({ cols: 4, rows: 4 });
  expect(text(buffer, START)).toBe('[1x1]abc[2x2][3x3]def[4x4]');
  expect(buffer.positionAt(0).size).toEqual({ cols: 1, rows: 1 });
  expect(textFrom(buffer, 0)).toBe('abc[2x2][3x3]def[4x4]');
  expect(buffer.positionAt(2).size).toEqual({ cols: 1, rows: 1 });
  expect(textFrom(buffer, 2)).toBe('c[2x2][3x3]def[4x4]');
  expect(buffer.positionAt(3).size).toEqual({ cols: 3, rows: 3 });
  expect(textFrom(buffer, 3)).toBe('def[4x4]');
  // Between two sizes at one offset.
  expect(text(buffer, { offset: 3, sizes: 2 })).toBe('[3x3]def[4x4]');
  expect(text(buffer, { offset: 6, sizes: 3 })).toBe('[4x4]');
  expect(text(buffer, { offset: 6, sizes: 4 })).toBe('');
});

test('a buffer with no size says the first one', () => {
  const buffer = new OutputBuffer(1_000_000, SIZE);
  expect(buffer.positionAt(0)).toEqual({ position: START, size: SIZE });
});

test('each way through the stream in pieces is the stream', () => {
  const buffer = new OutputBuffer(1_000_000, SIZE);
  let whole = '';
  for (let n = 0; n < 500; n += 1) {
    if (n % 7 === 3) {
      buffer.appendSize({ cols: n, rows: 1 });
      whole += `[${n}x1]`;
    }
    append(buffer, `${n};`);
    whole += `${n};`;
  }
  expect(text(buffer, START)).toBe(whole);
  // Small frames were merged; sizes between them were not moved.
  expect(buffer.pieces().filter(({ type }) => type === 'size')).toHaveLength(71);
});

test('the frame that is sent is the frame that is kept', () => {
  const buffer = new OutputBuffer(1000, SIZE);
  append(buffer, 'abc');
  expect(buffer.next(START)?.frame).toBe(buffer.next(START)?.frame);
  expect(buffer.next({ offset: 1, sizes: 0 })?.frame.length).toBe(OUTPUT_HEADER_BYTES + 2);
});

test('above its capacity the oldest output goes, and a glance ahead says which', () => {
  const buffer = new OutputBuffer(10_000, SIZE);
  const piece = 'x'.repeat(2000);
  for (let n = 0; n < 10; n += 1) {
    const foretold = buffer.startAfter(piece.length);
    append(buffer, piece);
    expect(buffer.start).toBe(foretold);
  }
  expect(buffer.end - buffer.start).toBeLessThanOrEqual(10_000);
  expect(buffer.start).toBeGreaterThan(0);
  expect(buffer.wouldLose(buffer.start)).toBe(true);
  expect(buffer.wouldLose(buffer.end)).toBe(false);
});

test('a size that left the buffer is the size at its start, and who has not had it has lost its place', () => {
  const buffer = new OutputBuffer(10_000, SIZE);
  append(buffer, 'x'.repeat(3000));
  const beforeSize = { offset: 3000, sizes: 0 };
  buffer.appendSize({ cols: 9, rows: 9 });
  expect(buffer.hasLost(beforeSize)).toBe(false);
  while (buffer.sizeAtStart.cols !== 9) append(buffer, 'y'.repeat(3000));
  expect(buffer.hasLost(beforeSize)).toBe(true);
  expect(buffer.next(beforeSize)).toBeNull();
  expect(buffer.positionAt(buffer.start).size).toEqual({ cols: 9, rows: 9 });
  expect(buffer.hasLost(buffer.positionAt(buffer.start).position)).toBe(false);
});

test('a storm of sizes is bounded like output', () => {
  const buffer = new OutputBuffer(10_000, SIZE);
  for (let n = 1; n <= 10_000; n += 1) buffer.appendSize({ cols: n % 1000 || 1, rows: 1 });
  expect(buffer.pieces().length).toBeLessThanOrEqual(40);
  expect(buffer.positionAt(0).size).toEqual({ cols: 1, rows: 1 });
});

test('single bytes do not cost an object each for ever', () => {
  const buffer = new OutputBuffer(1_000_000, SIZE);
  for (let n = 0; n < 64 * 100; n += 1) append(buffer, 'x');
  expect(buffer.pieces()).toHaveLength(100);
  expect(textFrom(buffer, 0)).toBe('x'.repeat(6400));
});

/** What a kept frame costs beside its bytes. */
const OVERHEAD = 256;
const costOf = (buffer: OutputBuffer) =>
  buffer.pieces().reduce((sum, piece) => sum + OVERHEAD + (piece.type === 'output' ? piece.data.length : 0), 0);

test('as much is kept as the capacity takes, and goes one frame at a time', () => {
  const buffer = new OutputBuffer(3 * (2000 + OVERHEAD), SIZE);
  const piece = 'x'.repeat(2000);
  append(buffer, piece);
  append(buffer, piece);
  expect([2000, 2001, 2000 + 2256, 2001 + 2256].map((bytes) => buffer.startAfter(bytes))).toEqual([
    0, 2000, 2000, 4000,
  ]);
  append(buffer, piece);
  expect([buffer.start, buffer.end]).toEqual([0, 6000]);
  expect(textFrom(buffer, 0)).toBe(piece.repeat(3));
  append(buffer, 'y');
  expect([buffer.start, buffer.end]).toEqual([2000, 6001]);
  buffer.appendSize({ cols: 1, rows: 1 });
  expect(buffer.start).toBe(2000);
  append(buffer, piece);
  expect(buffer.start).toBe(4000);
});

test('of output larger than the capacity nothing is kept, and what follows is', () => {
  const buffer = new OutputBuffer(1000, SIZE);
  append(buffer, 'x'.repeat(745));
  expect([buffer.start, buffer.end, buffer.pieces()]).toEqual([745, 745, []]);
  append(buffer, 'y'.repeat(744));
  expect([buffer.start, textFrom(buffer, 745)]).toEqual([745, 'y'.repeat(744)]);
});

test('a program is stopped while what it still writes has room: a quarter of a small buffer', () => {
  const buffer = new OutputBuffer(10_000, SIZE);
  for (let n = 0; n < 3; n += 1) append(buffer, 'x'.repeat(2000));
  expect(buffer.wouldLose(0)).toBe(false);
  append(buffer, 'x'.repeat(2000));
  expect(buffer.start).toBe(0);
  expect([0, 1999, 2000].map((offset) => buffer.wouldLose(offset))).toEqual([true, true, false]);
});

test('of a large buffer 256 KiB are enough', () => {
  const capacity = 4 * 1024 * 1024;
  const buffer = new OutputBuffer(capacity, SIZE);
  append(buffer, 'x'.repeat(capacity - 256 * 1024 - 2 * OVERHEAD));
  expect(buffer.wouldLose(0)).toBe(false);
  append(buffer, '');
  expect(buffer.wouldLose(0)).toBe(true);
});

test.each([
  ['64 frames below 1 KiB become one', 1023, 1],
  ['frames of 1 KiB stay as they are', 1024, 64],
])('%s', (_what, bytes, frames) => {
  const buffer = new OutputBuffer(1_000_000, SIZE);
  const whole = Array.from({ length: 64 }, (_, n) => String.fromCharCode(48 + n).repeat(bytes));
  for (const piece of whole) append(buffer, piece);
  expect(buffer.pieces()).toHaveLength(frames);
  expect(textFrom(buffer, 0)).toBe(whole.join(''));
  expect(textFrom(buffer, 3 * bytes + 1)).toBe(whole.join('').slice(3 * bytes + 1));
});

test('small frames are joined only where nothing stands between them', () => {
  const buffer = new OutputBuffer(1_000_000, SIZE);
  const between = [() => append(buffer, 'L'.repeat(1024)), () => buffer.appendSize({ cols: 5, rows: 5 })];
  for (const interrupt of between) {
    for (let n = 0; n < 40; n += 1) append(buffer, 'x');
    interrupt();
    for (let n = 0; n < 40; n += 1) append(buffer, 'y');
    interrupt();
  }
  expect(buffer.pieces()).toHaveLength(4 * 41);
  expect(text(buffer, START)).toBe(
    [`L`.repeat(1024), '[5x5]'].map((middle) => 'x'.repeat(40) + middle + 'y'.repeat(40) + middle).join(''),
  );
});

test('what was joined gives its room back', () => {
  const buffer = new OutputBuffer(20_000, SIZE);
  for (let n = 0; n < 64; n += 1) append(buffer, 'x');
  append(buffer, 'y'.repeat(20_000 - 64 - 2 * OVERHEAD));
  expect(buffer.start).toBe(0);
  append(buffer, 'z');
  expect(buffer.start).toBe(64);
});

test('single bytes in a buffer too small for them to be joined are bounded as all output is', () => {
  const buffer = new OutputBuffer(10_000, SIZE);
  for (let n = 0; n < 10_000; n += 1) append(buffer, String(n % 10));
  const kept = Math.floor(10_000 / (1 + OVERHEAD));
  expect([buffer.start, buffer.end, buffer.pieces().length]).toEqual([10_000 - kept, 10_000, kept]);
  expect(textFrom(buffer, buffer.start)).toBe('0123456789'.repeat(4).slice(2));
});

test('there is nothing after the end, nor before the start', () => {
  const buffer = new OutputBuffer(1000, SIZE);
  expect(buffer.next(START)).toBeNull();
  append(buffer, 'x'.repeat(500));
  expect(buffer.next({ offset: 500, sizes: 0 })).toBeNull();
  expect(buffer.next({ offset: 501, sizes: 0 })).toBeNull();
  append(buffer, 'y'.repeat(500));
  expect(buffer.hasLost({ offset: 499, sizes: 0 })).toBe(true);
  expect(buffer.next({ offset: 499, sizes: 0 })).toBeNull();
  expect(buffer.hasLost({ offset: 500, sizes: 0 })).toBe(false);
});

test('append hands back the output, and pieces are output and sizes without their headers', () => {
  const buffer = new OutputBuffer(10_000, SIZE);
  expect(Buffer.from(append(buffer, 'abc')).toString()).toBe('abc');
  buffer.appendSize({ cols: 7, rows: 8 });
  expect(buffer.pieces()).toEqual([
    { type: 'output', data: Buffer.from('abc') },
    { type: 'size', size: { cols: 7, rows: 8 } },
  ]);
  expect(buffer.sizeAtStart).toEqual(SIZE);
});

test('whatever comes, from any offset that is kept the stream goes on as a list of all of it would', () => {
  let state = 7;
  const below = (bound: number) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * bound);
  };
  for (let round = 0; round < 20; round += 1) {
    const capacity = 2000 + below(40_000);
    const buffer = new OutputBuffer(capacity, SIZE);
    let whole = '';
    const sizes: { offset: number; cols: number }[] = [];
    for (let step = 0; step < 300; step += 1) {
      if (below(10) === 0) {
        sizes.push({ offset: whole.length, cols: 1 + below(1000) });
        buffer.appendSize({ cols: sizes.at(-1)!.cols, rows: 1 });
      } else {
        const output = String.fromCharCode(97 + below(26)).repeat(below(4) === 0 ? below(1500) : 1 + below(3));
        append(buffer, output);
        whole += output;
      }
    }
    expect(costOf(buffer)).toBeLessThanOrEqual(capacity);
    expect(buffer.end).toBe(whole.length);
    for (let look = 0; look < 40; look += 1) {
      const from = buffer.start + below(buffer.end - buffer.start + 1);
      const later = sizes.filter(({ offset }) => offset > from);
      let [expected, at] = ['', from];
      for (const { offset, cols } of later) {
        expected += `${whole.slice(at, offset)}[${cols}x1]`;
        at = offset;
      }
      expect(textFrom(buffer, from)).toBe(expected + whole.slice(at));
      const inForce = sizes.findLast(({ offset }) => offset <= from);
      if (from > buffer.start) expect(buffer.positionAt(from).size.cols).toBe(inForce?.cols ?? SIZE.cols);
    }
  }
});
