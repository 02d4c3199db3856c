/** What this project promises and others do not: cuts at any moment lose nothing and repeat nothing. */
import { createHash } from 'node:crypto';
import { runInNewContext } from 'node:vm';
import { RunningSession } from '../testing/running-session';

const MEGABYTE = 1024 * 1024;
let session: RunningSession;
afterEach(() => session.end());

/** Program that writes so many pseudo-random bytes in pieces of odd sizes, invalid UTF-8 among them; none that the policy looks at. */
const source = (bytes: number) => `
  const stream = (function* () { let seed = 1; for (let left = ${bytes}; left > 0; ) {
    const piece = Buffer.alloc(Math.min(left, 1 + seed % 9000));
    for (let at = 0; at < piece.length; at++) { seed = (Math.imul(seed, 1103515245) + 12345) >>> 0; const byte = (seed >>> 16) & 255;
      piece[at] = [0x05, 0x1b, 0xc2].includes(byte) ? 0x78 : byte; }
    left -= piece.length; yield piece; } })();
`;

function node(script: string): Promise<RunningSession> {
  // -onlcr: the terminal must not turn LF into CR LF, and -isig lets every byte through.
  return RunningSession.shell('stty raw -echo; exec "$NODE" -e "$SCRIPT"', {
    program: { env: { NODE: process.execPath, SCRIPT: script } },
  });
}

/** xorshift32, so that a failure can be run again. */
function randomNumbers(seed: number) {
  return (below: number) => {
    seed ^= seed << 13;
    seed ^= seed >>> 17;
    seed ^= seed << 5;
    return (seed >>> 0) % below;
  };
}

test('50 MB through 200 cuts at random moments arrive whole, in order and once', async () => {
  const bytes = 50 * MEGABYTE;
  const expected = createHash('sha256');
  for (const piece of runInNewContext(`${source(bytes)} stream`, { Buffer }) as Iterable<Buffer>)
    expected.update(piece);

  session = await node(`${source(bytes)} process.stdin.once('data', () => {
    const write = () => { for (const piece of stream) if (!process.stdout.write(piece)) return process.stdout.once('drain', write); };
    write(); }); process.stdout.write('ready');`);
  const first = session.attach({ client: 'the-client' });
  await first.shows('ready');
  first.type('go');
  await first.frame('input-ack');
  await first.close();

  const received = createHash('sha256');
  const random = randomNumbers(0x1234567);
  let offset = 'ready'.length;
  let cuts = 0;
  const end = offset + bytes;
  while (offset < end) {
    const client = session.attach({ client: 'the-client', from: String(offset) });
    const attached = await client.attached();
    expect(attached).toMatchObject({ resume: 'exact', offset });
    const cutAt = cuts < 200 ? offset + random((2 * bytes) / 250) : end;
    await client.until(() => client.offset >= Math.min(cutAt, end));
    // As a dead network would: what is under way is lost.
    client.socket.terminate();
    await client.closed;
    received.update(client.output);
    expect(client.offset).toBe(offset + client.output.length);
    offset = client.offset;
    cuts += 1;
  }
  expect(cuts).toBeGreaterThanOrEqual(200);
  expect(offset).toBe(end);
  expect(received.digest('hex')).toBe(expected.digest('hex'));
});

test('10,000 numbered keystrokes through 200 cuts reach the program in order, each once', async () => {
  const keys = 10_000;
  session = await node(`let got = ''; process.stdout.write('ready'); process.stdin.on('data', (data) => {
    got += data; if (got.endsWith('!')) process.stdout.write('<' + require('crypto').createHash('sha256').update(got).digest('hex') + '>'); });`);
  const texts = Array.from({ length: keys }, (_, index) => `${index},`).concat('!');
  const random = randomNumbers(0x7654321);
  let sent = 0;
  let cuts = 0;
  let result: string | undefined;
  while (result === undefined) {
    const client = session.attach({ client: 'typist', from: '0' });
    sent = (await client.attached()).inputSequence;
    const until = cuts < 200 ? sent + 1 + random(100) : texts.length;
    for (; sent < Math.min(until, texts.length); sent += 1) {
      client.send({ type: 'input', sequence: sent + 1, data: Buffer.from(texts[sent]!) });
    }
    if (cuts >= 200) result = (await client.until(() => /<(\w+)>/.exec(client.output.toString())))[1];
    // Not even the last frame sent is sure to have arrived.
    client.socket.terminate();
    await client.closed;
    cuts += 1;
  }
  expect(result).toBe(createHash('sha256').update(texts.join('')).digest('hex'));
});

test('a client that repeats input it sent before is not typing twice', async () => {
  session = await RunningSession.shell('stty -echo; echo ready; read a; read b; echo "<$a|$b>"; read c');
  const client = session.attach();
  await client.shows('ready');
  const send = (sequence: number, text: string) => client.send({ type: 'input', sequence, data: Buffer.from(text) });
  send(1, 'one\r');
  send(1, 'one\r');
  send(2, 'two\r');
  await client.shows('<one|two>');
});

test('input with a gap before it is refused rather than typed out of order', async () => {
  session = await RunningSession.shell('cat');
  const client = session.attach();
  await client.attached();
  client.send({ type: 'input', sequence: 2, data: Buffer.from('lost') });
  expect((await client.frame('refused')).refused).toEqual({ code: 'input-gap' });
});

test('a client whose place has left the buffer gets the screen, and the stream from there', async () => {
  session = await RunningSession.shell(
    'read go; i=0; while [ $i -lt 20000 ]; do i=$((i+1)); echo "line $i"; done; echo LAST; read line; echo after',
    {
      limits: { replayBytes: 64 * 1024 },
    },
  );
  const first = session.attach();
  await first.attached();
  first.type('\r');
  await first.shows('LAST');
  await first.close();
  const second = session.attach({ from: '10' });
  expect(await second.attached()).toMatchObject({ resume: 'snapshot' });
  const snapshot = await second.frame('snapshot');
  const text = Buffer.from(snapshot.data).toString();
  expect(text).toContain('line 20000');
  expect(text).toContain('LAST');
  expect(text.match(/line 19999\b/g)).toHaveLength(1);
  expect(snapshot.offset).toBe(first.offset);
  second.type('\r');
  await second.shows('after');
  expect(second.output.toString()).not.toContain('LAST');
});

test('a screen that the output has left behind before it was sent is followed by a newer one', async () => {
  session = await RunningSession.shell('exec yes', { limits: { replayBytes: 32 * 1024 } });
  for (let attached = 0; attached < 3; attached += 1) {
    const client = session.attach({}, 'view');
    const { offset } = await client.attached();
    await client.until(() => client.offset > offset + 4 * MEGABYTE);
    await client.close();
  }
});

test('code points that arrive in two reads come out as they went in', async () => {
  session = await node(`const bytes = Buffer.from('é漢🙂'.repeat(50)); let at = 0;
    const next = () => { if (at < bytes.length) { process.stdout.write(bytes.subarray(at, ++at), next); } else process.stdin.resume(); }; next();`);
  const client = session.attach();
  await client.shows('é漢🙂'.repeat(50));
});

test('a place in another pod’s output is not taken for one in this', async () => {
  session = await RunningSession.shell('echo "the first words of many"; cat');
  const first = session.attach({ client: 'the-client' });
  await first.shows('many');
  const { stream } = await first.attached();
  await first.close();
  const same = session.attach({ from: '5', stream });
  await same.shows('many');
  expect(await same.attached()).toMatchObject({ resume: 'exact', offset: 5, stream });
  const other = session.attach({ from: '5', stream: 'of-another-pod' });
  await other.shows('the first words');
  expect(await other.attached()).toMatchObject({ offset: 0, stream });
});
