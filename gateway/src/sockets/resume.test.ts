import { createCipheriv, createHash } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FramesClient } from '../testing/running-gateway';
import { RunningGateway } from '../testing/running-gateway';

const OUTPUT_BYTES = 8 * 1024 * 1024;
const CUTS = 40;
const KEYSTROKES = 2000;

let gateway: RunningGateway;

afterEach(() => gateway.close());

/** Bytes that begin control sequences, which the policy looks at, become an x. */
const SPECIAL = [0x05, 0x1b, 0xc2];

/** Prints the same pseudo-random bytes each time, once a key is pressed. */
function noiseProgram(): string {
  const file = join(mkdtempSync(join(tmpdir(), 'cwui-noise-')), 'noise.js');
  writeFileSync(
    file,
    `const { createCipheriv } = require('node:crypto');
     const cipher = createCipheriv('aes-128-ctr', Buffer.alloc(16, 1), Buffer.alloc(16));
     process.stdout.write('ready');
     const noise = cipher.update(Buffer.alloc(${OUTPUT_BYTES}));
     process.stdin.once('data', () => process.stdout.write(noise.map((byte) => ([${SPECIAL.join()}].includes(byte) ? 0x78 : byte))));
     process.stdin.on('end', () => process.exit());`,
  );
  return file;
}

const noise = () =>
  createCipheriv('aes-128-ctr', Buffer.alloc(16, 1), Buffer.alloc(16))
    .update(Buffer.alloc(OUTPUT_BYTES))
    .map((byte) => (SPECIAL.includes(byte) ? 0x78 : byte));

/** Cuts a client off as a dead network does, and comes back from the byte it had. */
function comeBack(client: FramesClient, sessionId: string): FramesClient {
  client.tcp.destroy();
  client.deaf = true;
  const resumed = gateway.frames({
    token: gateway.tokenOf(),
    sessionId,
    resumeFrom: client.offset,
    clientId: client.clientId,
  });
  resumed.offset = client.offset;
  return resumed;
}

test('output through 40 cuts is the source’s, byte for byte, none missing and none twice', async () => {
  gateway = await RunningGateway.start({
    command: `stty raw -echo -opost; exec ${process.execPath} ${noiseProgram()}`,
  });
  let client = gateway.frames({ token: gateway.tokenOf() });
  const { sessionId } = await client.attachedTo();
  await client.until(() => client.offset >= 'ready'.length);
  client.send({ type: 'input', sequence: 1, data: Buffer.from('g') });
  const all: Uint8Array[] = [];
  for (let cut = 1; cut <= CUTS; cut += 1) {
    await client.until(() => client.offset >= (OUTPUT_BYTES / (CUTS + 1)) * cut);
    all.push(...client.pieces);
    client = comeBack(client, sessionId);
    expect(await client.attachedTo()).toMatchObject({ resume: 'exact' });
  }
  await client.until(() => client.offset >= OUTPUT_BYTES + 'ready'.length);
  all.push(...client.pieces);
  const digest = (data: Uint8Array) => createHash('sha256').update(data).digest('hex');
  expect(digest(Buffer.concat(all).subarray('ready'.length))).toBe(digest(noise()));
});

test('2000 numbered keystrokes through cuts arrive once each and in order', async () => {
  const keys = Array.from({ length: KEYSTROKES }, (_, n) => Buffer.from(`${String(n).padStart(5, '0')} `));
  const length = Buffer.concat(keys).length;
  gateway = await RunningGateway.start({ command: `stty raw -echo; printf ready; head -c ${length} | sha256sum; cat` });
  let client = gateway.frames({ token: gateway.tokenOf() });
  const { sessionId } = await client.attachedTo();
  await client.until(() => client.offset >= 'ready'.length);
  const said: Uint8Array[] = [];
  for (let cut = 1; cut <= 10; cut += 1) {
    const { inputSequence } = await client.attachedTo();
    const upTo = (KEYSTROKES / 10) * cut;
    for (let sequence = inputSequence + 1; sequence <= upTo; sequence += 1) {
      client.send({ type: 'input', sequence, data: keys[sequence - 1] ?? Buffer.alloc(0) });
    }
    // Some have been taken by then and some have not, or all have; the runner knows which.
    if (cut % 2 === 0) await new Promise(setImmediate);
    else await client.until(() => client.frames.some((frame) => frame.type === 'input-ack'));
    said.push(...client.pieces);
    client = comeBack(client, sessionId);
  }
  const { inputSequence } = await client.attachedTo();
  for (let sequence = inputSequence + 1; sequence <= KEYSTROKES; sequence += 1) {
    client.send({ type: 'input', sequence, data: keys[sequence - 1] ?? Buffer.alloc(0) });
  }
  const digest = createHash('sha256').update(Buffer.concat(keys)).digest('hex');
  await client.until(() => Buffer.concat([...said, ...client.pieces]).includes(digest));
});

test('one who observes may not type, and may once it takes over', async () => {
  gateway = await RunningGateway.start();
  const driver = gateway.frames({ token: gateway.tokenOf() });
  const { sessionId } = await driver.attachedTo();
  const observer = gateway.frames({ token: gateway.tokenOf(), sessionId });
  expect((await observer.attachedTo()).state.role).toBe('observer');
  observer.send({ type: 'input', sequence: 1, data: Buffer.from('no') });
  await observer.refusedWith('not-driver');
  observer.send({ type: 'take-over' });
  await observer.until(() => observer.frames.some((frame) => frame.type === 'state' && frame.state.role === 'driver'));
  await driver.until(() => driver.frames.some((frame) => frame.type === 'state' && frame.state.role === 'observer'));
});
