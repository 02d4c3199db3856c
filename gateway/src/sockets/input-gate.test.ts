import { createHash } from 'node:crypto';
import { FrameType } from '@claude-webui/protocol';
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
