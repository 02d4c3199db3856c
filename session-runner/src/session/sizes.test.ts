/** Sizes are part of the stream: whoever reads it, now or later, has the size for which each byte was made. */
import { RunningSession, type TestClient } from '../testing/running-session';

let session: RunningSession;
afterEach(() => session.end());

/** What a client was sent, sizes and output in their order. */
function streamOf(client: TestClient): string {
  return client.stream.map((piece) => (typeof piece === 'string' ? piece : `[${piece.cols}x${piece.rows}]`)).join('');
}

/** Says the size that the terminal has, at each line that it reads and at each change. */
const SAYS_SIZE = `stty -echo; say() { set -- $(stty size); echo "$2x$1."; }; trap say WINCH; echo ready; while :; do read line && say; done`;

test('each byte comes after the size that it was made for, for a driver, an observer and who comes back', async () => {
  session = await RunningSession.shell(SAYS_SIZE);
  const driver = session.attach({ cols: '90', rows: '20', client: 'd' });
  const observer = session.attach();
  await driver.shows('ready');
  driver.send({ type: 'resize', size: { cols: 100, rows: 30 } });
  await driver.shows('100x30.');
  driver.send({ type: 'resize', size: { cols: 70, rows: 10 } });
  await driver.shows('70x10.');
  await observer.shows('70x10.');
  // A shell that is slow may ask for its size only after the next one, and then says that twice.
  const expected = /\[100x30\](100x30\.\r\n)+\[70x10\]70x10\.\r\n$/;
  expect(streamOf(driver)).toMatch(expected);
  expect(streamOf(observer)).toMatch(expected);
  // From the first byte, and from the middle: the size in force comes first.
  const late = session.attach({ from: '0' });
  await late.shows('70x10.');
  expect(streamOf(late)).toMatch(expected);
  const at = driver.output.indexOf('100x30.') + 3;
  const back = session.attach({ from: String(at) });
  await back.shows('70x10.');
  expect(streamOf(back)).toMatch(/^\[100x30\]x30\.\r\n(100x30\.\r\n)*\[70x10\]70x10\.\r\n$/);
});

test('what is typed after a resize reaches a program that has the new size', async () => {
  session = await RunningSession.shell(
    `stty -echo; echo ready; while read line; do set -- $(stty size); echo "<$line $2x$1>"; done`,
  );
  const driver = session.attach({ cols: '80', rows: '24' });
  await driver.shows('ready');
  for (const cols of [81, 82, 83, 84, 85]) {
    driver.send({ type: 'resize', size: { cols, rows: 25 } });
    driver.type(`at ${cols}\r`);
    await driver.shows(`<at ${cols} ${cols}x25>`);
  }
});

test('a drag that sends a size at each frame of the screen signals the program at most three times in three seconds', async () => {
  session = await RunningSession.shell(
    `stty -echo; n=0; trap 'n=$((n+1)); set -- $(stty size); echo "$n:$2x$1."' WINCH; echo ready; while :; do read line; done`,
  );
  const driver = session.attach({ cols: '80', rows: '24' });
  await driver.shows('ready');
  const started = performance.now();
  for (let cols = 81; cols < 260; cols += 1) {
    driver.send({ type: 'resize', size: { cols, rows: 24 } });
    // A gesture lasts as long as it lasts: this is the input, no waiting for an effect.
    await new Promise((resolve) => setTimeout(resolve, 16));
  }
  const seconds = (performance.now() - started) / 1000;
  await driver.shows(':259x24.');
  const signals = [...driver.output.toString().matchAll(/(\d+):/g)].map(([, n]) => Number(n));
  // One a second: three, unless the machine has stretched the gesture.
  expect(Math.max(...signals)).toBeLessThanOrEqual(1 + Math.floor(seconds));
});

test('output that was made before a resize is read before it', async () => {
  session = await RunningSession.shell(
    `stty -echo; echo ready; read go; i=0; while [ $i -lt 30000 ]; do i=$((i+1)); echo "line $i"; done; echo END; read line`,
  );
  const driver = session.attach({ cols: '80', rows: '24', from: '0' });
  await driver.shows('ready');
  driver.type('\r');
  await driver.shows('line 100');
  for (const cols of [90, 100, 110]) driver.send({ type: 'resize', size: { cols, rows: 24 } });
  await driver.shows('END');
  const lines = driver.output.toString().match(/line \d+/g);
  expect(lines).toHaveLength(30_000);
  expect(streamOf(driver)).toContain('[110x24]');
});

test('a redraw after a resize is no activity, and what follows something typed is', async () => {
  session = await RunningSession.shell(
    `stty -echo; trap 'echo redrawn' WINCH; echo ready; while :; do read line && echo typed; done`,
    { limits: { idleTimeoutMs: 3000, idleWarningMs: 2000 } },
  );
  const driver = session.attach({ cols: '80', rows: '24' });
  await driver.shows('ready');
  // The warning makes nothing go on, and neither does what a browser does then.
  await driver.until(() => driver.frames.some((frame) => frame.type === 'state' && frame.state.idleEndsInMs !== null));
  driver.send({ type: 'resize', size: { cols: 80, rows: 21 } });
  await driver.shows('redrawn');
  expect(await session.ended).toMatchObject({ reason: 'idle-timeout' });
  const warnings = driver.frames.flatMap((frame) =>
    frame.type === 'state' ? [frame.state.idleEndsInMs !== null] : [],
  );
  expect(warnings.slice(warnings.indexOf(true))).not.toContain(false);
  expect(driver.output.toString()).not.toContain('typed');
});

describe('a replay', () => {
  const QUERY = `printf 'ready\\033[c'; read line; printf 'more\\033[6n'; read line`;

  test('begins with nothing: the first driver answers what was asked before it came', async () => {
    session = await RunningSession.shell(QUERY);
    const driver = session.attach({ from: '0' });
    expect((await driver.attached()).replayTo).toBe(0);
  });

  test('reaches to what a driver has been sent, for whoever comes later', async () => {
    session = await RunningSession.shell(QUERY);
    const driver = session.attach({ from: '0', client: 'd' });
    await driver.shows('ready\x1b[c');
    const observer = session.attach({ from: '0' });
    expect((await observer.attached()).replayTo).toBe(driver.offset);
    const again = session.attach({ from: '0', client: 'd' });
    expect((await again.attached()).replayTo).toBe(driver.offset);
    again.type('\r');
    await again.shows('more\x1b[6n');
    const third = session.attach({ from: String(again.offset - 4), client: 'd' });
    expect((await third.attached()).replayTo).toBe(again.offset);
  });

  test('holds what is older than a few seconds, though nobody has seen it', async () => {
    session = await RunningSession.shell(`printf 'ready\\033[c'; sleep 7; printf 'later\\033[c'; read line`);
    const observer = session.attach({ from: '0' }, 'view');
    await observer.shows('later');
    const driver = session.attach({ from: '0' });
    const { replayTo } = await driver.attached();
    expect(replayTo).toBe('ready\x1b[c'.length);
  });
});

test('a resize storm of a client that floods ends in the last size, and the session goes on', async () => {
  session = await RunningSession.shell(SAYS_SIZE);
  const driver = session.attach({ cols: '80', rows: '24' });
  await driver.shows('ready');
  for (let n = 0; n < 20_000; n += 1) driver.send({ type: 'resize', size: { cols: 1 + (n % 900), rows: 10 } });
  driver.send({ type: 'resize', size: { cols: 77, rows: 7 } });
  driver.type('\r');
  await driver.shows('77x7.');
});

test('a change of size while a screen is made for somebody stands after that screen or in it, never lost', async () => {
  session = await RunningSession.shell(SAYS_SIZE, { limits: { replayBytes: 16 * 1024 } });
  const driver = session.attach({ cols: '80', rows: '24' });
  await driver.shows('ready');
  for (let n = 0; n < 40; n += 1) {
    const cols = 50 + n;
    const reader = session.attach({ from: '999999999' });
    driver.send({ type: 'resize', size: { cols, rows: 10 } });
    driver.type('\r');
    await reader.until(() => reader.sizes.at(-1)?.cols === cols);
    await driver.shows(`${cols}x10.`);
    await reader.close();
  }
});
