/** What a person notices of the limits of input, through a whole gateway; input-gate.test.ts has the limits themselves. */
import { createHash } from 'node:crypto';
import { MAX_INPUT_PAYLOAD_BYTES, MAX_PLAIN_INPUT_BYTES } from '@claude-webui/protocol';
import { Policy } from '../policy/policy';
import { RunningGateway } from '../testing/running-gateway';

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
