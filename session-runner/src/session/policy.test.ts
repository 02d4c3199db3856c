import { RunningSession } from '../testing/running-session';

let running: RunningSession | null = null;
afterEach(async () => {
  await running?.end();
  running = null;
});

async function start(command: string, policy: object = {}): Promise<RunningSession> {
  running = await RunningSession.shell(command, { policy });
  return running;
}

test('what the policy keeps back was never output: offsets count without it', async () => {
  // Cut in two by the pause, which is longer than output is held back.
  const session = await start(`printf 'one\\033]52;c'; sleep 0.1; printf ';?\\007two'; read x; printf 'three'; read x`);
  const first = session.attach();
  await first.shows('onetwo');
  expect(first.offset).toBe('onetwo'.length);
  await first.close();

  const second = session.attach({ from: String('one'.length) });
  expect((await second.attached()).resume).toBe('exact');
  second.type('\n');
  await second.shows('three');
  expect(second.output.toString()).toBe('two\r\nthree');
  await second.close();
});

test('a rule that was applied is told, with its count', async () => {
  const session = await start(`printf 'a\\033[21tb\\033[21tc'; read x`);
  await session.until(
    (event) =>
      event.type === 'measure' &&
      event.measure.name === 'policy-hit' &&
      event.measure.rule === 'output.titleReports' &&
      event.measure.count === 2,
  );
});

test('answers that no program may have are not typed', async () => {
  const session = await start('stty raw -echo; echo go; dd bs=1 count=4 2>/dev/null | od -An -tx1');
  const client = session.attach();
  await client.shows('go');
  client.type('\x1b]52;c;cm0K\x07');
  client.type('ab');
  client.type('\x1b[A');
  await client.shows('61 62 1b 5b');
});

test('a line that is too long is refused, told, and not acted on', async () => {
  const session = await start('stty -echo; echo go; while read x; do echo "got $x"; done', { maxLineBytes: 10 });
  const client = session.attach();
  await client.shows('go');
  client.type('rm -rf /tmp/somewhere\r');
  expect((await client.frame('refused')).refused.code).toBe('line-too-long');
  client.type('\x15hello\r');
  await client.shows('got hello');
  expect(client.output.toString()).not.toContain('got rm');
});

test('a refusal is told again at the next attach, for its connection may have broken before it arrived', async () => {
  const session = await start('stty -echo; echo go; while read x; do echo "got $x"; done', { maxLineBytes: 10 });
  const REFUSED = { code: 'line-too-long', sequence: 1 };
  const first = session.attach({ client: 'the-client' });
  await first.shows('go');
  expect((await first.attached()).refused).toBeUndefined();
  first.type('rm -rf /tmp/somewhere\r');
  expect((await first.frame('refused')).refused).toEqual(REFUSED);
  first.socket.terminate();

  const second = session.attach({ client: 'the-client', from: '0' });
  expect(await second.attached()).toMatchObject({ inputSequence: 1, refused: REFUSED });
  // What was on its way by both connections comes twice.
  second.type('rm -rf /tmp/somewhere\r');
  expect((await second.frame('refused')).refused).toEqual(REFUSED);
  await second.frame('input-ack');
  second.type('\x15hello\r');
  await second.shows('got hello');

  const another = session.attach({ client: 'another' });
  expect((await another.attached()).refused).toBeUndefined();
});

test('Escape gets to the program by itself', async () => {
  const session = await start('stty raw -echo; echo go; dd bs=1 count=1 2>/dev/null | od -An -tx1');
  const client = session.attach();
  await client.shows('go');
  client.type('\x1b');
  await client.shows('1b');
});

test('keys after one that could begin an answer get to the program though no control key follows', async () => {
  const session = await start('stty raw -echo; echo ready; cat -v');
  const client = session.attach();
  await client.shows('ready');
  for (const key of ['\x1b', ']', 'l', 'a', 'b', 'c']) {
    client.type(key);
    await client.shows(key === '\x1b' ? '^[' : key);
  }
  client.type('\x1b[8');
  client.type(';');
  await client.shows('^[[8;');
});
