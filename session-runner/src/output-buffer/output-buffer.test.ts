import { OUTPUT_HEADER_BYTES, decodeRunnerFrame } from '@claude-webui/protocol';
import { OutputBuffer } from './output-buffer';

const text = (buffer: OutputBuffer, from: number) => {
  let result = '';
  for (let at = from, frame = buffer.frameAt(at); frame !== null; frame = buffer.frameAt(at)) {
    const decoded = decodeRunnerFrame(frame);
    if (decoded.type !== 'output') throw new Error('not output');
    expect(decoded.offset).toBe(at);
    result += Buffer.from(decoded.data).toString();
    at += decoded.data.length;
  }
  return result;
};
const append = (buffer: OutputBuffer, output: string) =>
  buffer.append(Buffer.concat([Buffer.alloc(OUTPUT_HEADER_BYTES), Buffer.from(output)]));

test('what was put in comes out from any offset that is kept', () => {
  const buffer = new OutputBuffer(1_000_000);
  const whole = Array.from({ length: 300 }, (_, n) => `${n},`.repeat(1 + (n % 7))).join('');
  for (let at = 0; at < whole.length;) {
    const piece = whole.slice(at, at + 1 + (at % 13));
    append(buffer, piece);
    at += piece.length;
  }
  expect(buffer.end).toBe(whole.length);
  for (let from = 0; from <= whole.length; from += 1) expect(text(buffer, from)).toBe(whole.slice(from));
});

test('the frame that is sent is the frame that is kept', () => {
  const buffer = new OutputBuffer(1000);
  append(buffer, 'abc');
  expect(buffer.frameAt(0)).toBe(buffer.frameAt(0));
  expect(buffer.frameAt(1)?.length).toBe(OUTPUT_HEADER_BYTES + 2);
});

test('above its capacity the oldest output goes, and a glance ahead says which', () => {
  const buffer = new OutputBuffer(10_000);
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

test('single bytes do not cost an object each for ever', () => {
  const buffer = new OutputBuffer(1_000_000);
  for (let n = 0; n < 64 * 100; n += 1) append(buffer, 'x');
  expect(buffer.payloads()).toHaveLength(100);
  expect(text(buffer, 0)).toBe('x'.repeat(6400));
});
