import { FrameType } from '@claude-webui/protocol';
import { InputGate } from './input-gate';
import { TokenBucket } from './token-bucket';

test('so much a second passes, and what was saved up at once', () => {
  const bucket = new TokenBucket(10, 20, 0);
  bucket.take(20, 0);
  expect(bucket.waitMs(0)).toBe(0);
  bucket.take(5, 0);
  expect(bucket.waitMs(0)).toBe(500);
  expect(bucket.waitMs(500)).toBe(0);
  bucket.take(100, 10_000);
  expect(bucket.waitMs(10_000)).toBe(8000);
  expect(bucket.isOverdrawn(10_000)).toBe(true);
});

afterEach(() => jest.useRealTimers());

test('once closed, nothing waits for its turn any more', () => {
  jest.useFakeTimers();
  const passed: Uint8Array[] = [];
  const limits = { messagesPerSecond: 10, inputBytesPerSecond: 10 };
  const gate = new InputGate(limits, (frame) => passed.push(frame), jest.fn());
  const frame = Uint8Array.from([FrameType.input, ...Buffer.alloc(50)]);
  gate.frame(frame);
  gate.frame(frame);
  expect(jest.getTimerCount()).toBe(1);
  gate.close();
  gate.frame(frame);
  expect(jest.getTimerCount()).toBe(0);
  expect(passed).toHaveLength(1);
});

/** Passes on everything that its limits allow by the time of a clock that the test moves. */
function gateOf(limits: { messagesPerSecond: number; inputBytesPerSecond: number }) {
  jest.useFakeTimers();
  const passed: Uint8Array[] = [];
  const tooMuch = jest.fn();
  return {
    gate: new InputGate(
      limits,
      (frame) => passed.push(frame),
      tooMuch,
      () => Date.now(),
    ),
    passed,
    tooMuch,
    bytes: () => passed.reduce((sum, frame) => sum + frame.length, 0),
  };
}
const input = (bytes: number) => new Uint8Array(bytes).fill(FrameType.input, 0, 1);
const MIB = 1024 * 1024;

test('who types on for hours is never cut off: what has passed waits no more', async () => {
  const { gate, bytes, tooMuch } = gateOf({ messagesPerSecond: 1000, inputBytesPerSecond: 16 * 1024 });
  for (let sent = 0; sent < 200; sent += 1) {
    gate.frame(input(16 * 1024));
    await jest.advanceTimersByTimeAsync(1000);
  }
  expect(bytes()).toBeGreaterThan(3 * MIB);
  expect(tooMuch).not.toHaveBeenCalled();
});

test('a paste of a mebibyte waits, in order, and all of it arrives', async () => {
  const { gate, passed, bytes, tooMuch } = gateOf({ messagesPerSecond: 1000, inputBytesPerSecond: 16 * 1024 });
  // Once something is owed, the rest waits.
  const atOnce = [input(32 * 1024), input(1)];
  const waiting = Array.from({ length: 64 }, (_, at) => input(16 * 1024).fill(at, 1));
  for (const frame of [...atOnce, ...waiting]) gate.frame(frame);
  expect(passed).toEqual(atOnce);
  expect(tooMuch).not.toHaveBeenCalled();
  await jest.advanceTimersByTimeAsync(120_000);
  expect(passed).toEqual([...atOnce, ...waiting]);
  expect(bytes()).toBe(MIB + 32 * 1024 + 1);
});

test('a byte more than a mebibyte that waits is too much, and so is a frame more than 4096', () => {
  const bytes = gateOf({ messagesPerSecond: 1000, inputBytesPerSecond: 1024 });
  for (const frame of [input(2049), ...Array.from({ length: 64 }, () => input(16 * 1024))]) bytes.gate.frame(frame);
  expect(bytes.tooMuch).not.toHaveBeenCalled();
  bytes.gate.frame(input(1));
  expect(bytes.tooMuch).toHaveBeenCalledTimes(1);

  const frames = gateOf({ messagesPerSecond: 1000, inputBytesPerSecond: 1024 });
  frames.gate.frame(input(2049));
  for (let sent = 0; sent < 4096; sent += 1) frames.gate.frame(input(10));
  expect(frames.tooMuch).not.toHaveBeenCalled();
  frames.gate.frame(input(10));
  expect(frames.tooMuch).toHaveBeenCalledTimes(1);
});

test('an acknowledgement overtakes input that waits, for the session waits for it', () => {
  const { gate, passed } = gateOf({ messagesPerSecond: 1000, inputBytesPerSecond: 10 });
  const ack = new Uint8Array(9).fill(FrameType.ack, 0, 1);
  for (const frame of [input(50), input(50), ack]) gate.frame(frame);
  expect(passed).toEqual([input(50), ack]);
});

test('two seconds’ worth of messages may come at once, as much again is borrowed, and one more is too much', () => {
  const { gate, tooMuch } = gateOf({ messagesPerSecond: 10, inputBytesPerSecond: 1024 });
  for (let sent = 0; sent < 40; sent += 1) gate.message();
  expect(tooMuch).not.toHaveBeenCalled();
  gate.message();
  expect(tooMuch).toHaveBeenCalledTimes(1);
  jest.setSystemTime(Date.now() + 60_000);
  gate.message();
  expect(tooMuch).toHaveBeenCalledTimes(1);
});

test('input waits for whichever of its limits is exceeded the longest, and by one timer', async () => {
  const { gate, passed } = gateOf({ messagesPerSecond: 10, inputBytesPerSecond: 100 });
  // A second is owed of messages, and then two of bytes.
  for (let sent = 0; sent < 30; sent += 1) gate.message();
  gate.frame(input(1));
  gate.frame(input(399));
  gate.frame(input(1));
  expect(passed).toEqual([]);
  expect(jest.getTimerCount()).toBe(1);
  await jest.advanceTimersByTimeAsync(999);
  expect(passed).toEqual([]);
  await jest.advanceTimersByTimeAsync(1);
  expect(passed).toEqual([input(1), input(399)]);
  expect(jest.getTimerCount()).toBe(1);
  await jest.advanceTimersByTimeAsync(1999);
  expect(passed).toHaveLength(2);
  await jest.advanceTimersByTimeAsync(1);
  expect(passed).toEqual([input(1), input(399), input(1)]);
  expect(jest.getTimerCount()).toBe(0);
});

test('a pause ends, and what is typed after it passes at once', async () => {
  const { gate, passed } = gateOf({ messagesPerSecond: 1000, inputBytesPerSecond: 10 });
  for (const frame of [input(30), input(5)]) gate.frame(frame);
  await jest.advanceTimersByTimeAsync(1000);
  expect(passed).toEqual([input(30), input(5)]);
  await jest.advanceTimersByTimeAsync(60_000);
  gate.frame(input(2));
  expect(passed).toHaveLength(3);
});

test('a connection that closes may do so twice, and with nothing that waits', () => {
  const { gate, passed } = gateOf({ messagesPerSecond: 1000, inputBytesPerSecond: 10 });
  gate.close();
  gate.close();
  gate.frame(new Uint8Array(9).fill(FrameType.ack, 0, 1));
  expect(passed).toEqual([]);
});
