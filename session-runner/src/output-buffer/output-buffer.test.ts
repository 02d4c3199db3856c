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
    expect(decoded.offset).toBe(from.offset);
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
