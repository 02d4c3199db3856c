import { RunningSession } from '../testing/running-session';

let session: RunningSession;
afterEach(() => session.end());

const role = (role: string) => (frame: { type: string; state?: { role: string } }) =>
  frame.type === 'state' && frame.state?.role === role;

test('the second to come observes, and what it types is refused', async () => {
  session = await RunningSession.shell('cat');
  const driver = session.attach();
  expect((await driver.attached()).state).toMatchObject({ role: 'driver', attachments: 1 });
  const observer = session.attach();
  expect((await observer.attached()).state).toMatchObject({ role: 'observer', driven: true, attachments: 2 });
  observer.type('x');
  expect((await observer.frame('refused')).refused).toEqual({ code: 'not-driver', sequence: 1 });
  driver.type('typed by the driver\r');
  await observer.shows('typed by the driver');
});

test('an observer is not refused who sends the number of input without the input', async () => {
  session = await RunningSession.shell('cat');
  const driver = session.attach();
  await driver.attached();
  const observer = session.attach();
  await observer.attached();
  observer.type('');
  observer.type('x');
  await observer.frame('refused');
  await observer.until(() => observer.frames.some((frame) => frame.type === 'input-ack' && frame.sequence === 2));
  expect(observer.frames.filter(({ type }) => type === 'refused')).toHaveLength(1);
});

test('taking over makes the driver an observer', async () => {
  session = await RunningSession.shell('cat');
  const first = session.attach();
  await first.attached();
  const second = session.attach();
  await second.attached();
  second.send({ type: 'take-over' });
  await first.until(() => first.frames.some(role('observer')));
  await second.until(() => second.frames.some(role('driver')));
  second.type('now me\r');
  await first.shows('now me');
});

test('who may only view does not become the driver by asking', async () => {
  session = await RunningSession.shell('cat');
  const viewer = session.attach({ takeOver: '1' }, 'view');
  expect((await viewer.attached()).state).toMatchObject({ role: 'observer', driven: false });
  viewer.send({ type: 'take-over' });
  expect((await viewer.frame('refused')).refused).toEqual({ code: 'not-driver' });
});

test('a client that comes back drives on, and its dead connection is closed', async () => {
  session = await RunningSession.shell('cat');
  const before = session.attach({ client: 'me' });
  await before.attached();
  const after = session.attach({ client: 'me' });
  expect((await after.attached()).state).toMatchObject({ role: 'driver', attachments: 1 });
  expect(await before.closed).toBe(1000);
});

test('only the driver resizes, and the program is told', async () => {
  session = await RunningSession.shell(`stty -echo; trap 'echo "[$(stty size)]"' WINCH; while :; do read line; done`);
  const driver = session.attach({ cols: '80', rows: '24' });
  const observer = session.attach();
  await driver.attached();
  await observer.attached();
  observer.send({ type: 'resize', size: { cols: 10, rows: 10 } });
  for (const cols of [90, 95, 100]) driver.send({ type: 'resize', size: { cols, rows: 30 } });
  await driver.shows('[30 100]');
  expect(driver.output.toString()).not.toContain('[10 10]');
  await observer.until(() => observer.frames.some((f) => f.type === 'state' && f.state.size.cols === 100));
});

test('a token of another session, of another key or without an end opens nothing', async () => {
  session = await RunningSession.shell('cat');
  const other = await RunningSession.shell('cat');
  try {
    for (const token of [other.token('drive'), 'nonsense', session.token('files')]) {
      const { WebSocket } = await import('ws');
      const socket = new WebSocket(`ws+unix:${session.socketPath}:/attach?client=x`, {
        headers: { authorization: `Bearer ${token}` },
      });
      const status = await new Promise((resolve) => {
        socket.on('unexpected-response', (_, response) => resolve(response.statusCode));
        socket.on('error', () => undefined);
      });
      expect(status).toBe(401);
    }
  } finally {
    await other.end();
  }
});

test('what an observer typed is not typed once it takes over', async () => {
  session = await RunningSession.shell('stty -echo; echo ready; read line; echo "<$line>"; read line');
  const driver = session.attach();
  await driver.shows('ready');
  const observer = session.attach();
  await observer.attached();
  observer.type('not mine ');
  await observer.frame('refused');
  observer.send({ type: 'take-over' });
  observer.type('mine\r');
  await observer.shows('<mine>');
});
