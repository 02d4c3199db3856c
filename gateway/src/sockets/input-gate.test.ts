import { createHash } from 'node:crypto';
import { FrameType, MAX_INPUT_PAYLOAD_BYTES, MAX_PLAIN_INPUT_BYTES } from '@claude-webui/protocol';
import { Policy } from '../policy/policy';
import { RunningGateway } from '../testing/running-gateway';
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

let gateway: RunningGateway | null = null;
afterEach(async () => {
  await gateway?.close();
  gateway = null;
});

const limited = (limits: object) => Policy.of({ version: 1, everyone: { limits } }, 'test');

test('input above the limit waits its turn, and all of it arrives in order', async () => {
  gateway = await RunningGateway.start({
    command: 'stty raw -echo; echo ready; head -c 5000 | sha256sum; cat',
    policy: limited({ inputBytesPerSecond: 2000 }),
  });
  const client = gateway.plain();
  await client.shows('ready');
  const startedAt = performance.now();
  for (const letter of 'abcde') client.type(letter.repeat(1000));
  const whole = 'abcde'
    .split('')
    .map((letter) => letter.repeat(1000))
    .join('');
  await client.shows(createHash('sha256').update(whole).digest('hex'));
  // 4000 were saved up; the last of the rest comes when nothing is owed any more.
  expect(performance.now() - startedAt).toBeGreaterThan(15);
  expect(client.statuses.filter(({ state }) => state === 'error')).toEqual([]);
});

test('who sends on and on is cut off, and told why', async () => {
  gateway = await RunningGateway.start({ policy: limited({ inputBytesPerSecond: 1024 }) });
  const client = gateway.plain();
  await client.opened();
  for (let sent = 0; sent < 12; sent += 1) client.type('x'.repeat(100_000));
  expect((await client.status('closed')).reason).toBe('too-much-input');
});

test('messages of any kind count', async () => {
  gateway = await RunningGateway.start({ policy: limited({ messagesPerSecond: 10 }) });
  const client = gateway.plain();
  await client.opened();
  for (let sent = 0; sent < 100; sent += 1) client.socket.emit('nonsense', sent);
  expect((await client.status('closed')).reason).toBe('too-much-input');
});

describe('input of the largest size arrives whole', () => {
  const start = async (size: number) => {
    gateway = await RunningGateway.start({ command: `stty raw -echo; echo ready; head -c ${size} | sha256sum; cat` });
    return { started: gateway, digest: createHash('sha256').update('x'.repeat(size)).digest('hex') };
  };

  test('in one frame', async () => {
    const { started, digest } = await start(MAX_INPUT_PAYLOAD_BYTES);
    const client = started.frames({ token: started.tokenOf() });
    const text = () => Buffer.concat(client.pieces).toString();
    await client.until(() => text().includes('ready'));
    client.send({ type: 'input', sequence: 1, data: Buffer.alloc(MAX_INPUT_PAYLOAD_BYTES, 'x') });
    await client.until(() => text().includes(digest));
  });

  test('in one event', async () => {
    const { started, digest } = await start(MAX_PLAIN_INPUT_BYTES);
    const client = started.plain();
    await client.shows('ready');
    client.type('x'.repeat(MAX_PLAIN_INPUT_BYTES));
    await client.shows(digest);
  });
});
