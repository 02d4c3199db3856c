import { once } from 'node:events';
import type { WebSocket } from 'ws';
import { RunningSession } from '../testing/running-session';

let session: RunningSession;
afterEach(() => session.end());

/** Cut as by a gateway that was killed. */
async function lose(link: WebSocket): Promise<void> {
  const closed = once(link, 'close');
  link.terminate();
  await closed;
}

test('a session whose gateway has gone lives on, and another ends it', async () => {
  session = await RunningSession.shell('cat');
  await lose(session.gateway);
  const next = session.follow();
  await once(next, 'open');
  next.send(JSON.stringify({ type: 'end', reason: 'terminated' }));
  expect(await session.ended).toEqual({ reason: 'terminated', exitCode: null });
  await session.left;
});

test('an end that no gateway has heard of is told to the next, and only then does the runner leave', async () => {
  session = await RunningSession.shell('read line; exit 4');
  await lose(session.gateway);
  const client = session.attach();
  await client.attached();
  client.type('go\r');
  await client.frame('end');
  const closed = session.attach();
  expect(await closed.closed).not.toBe(1000);
  session.follow();
  expect(await session.ended).toEqual({ reason: 'exited', exitCode: 4 });
  await session.left;
});

test('a gateway that comes later is told how the session is', async () => {
  session = await RunningSession.shell('cat');
  const client = session.attach();
  await client.attached();
  await session.until(({ type }) => type === 'report');
  session.events.length = 0;
  session.follow();
  await session.until((event) => event.type === 'report' && event.report.attachments === 1);
});

test('a command that is none closes the link, and the session goes on', async () => {
  session = await RunningSession.shell('cat');
  session.gateway.send('{"type":"end","reason":"boredom"}');
  const [code] = (await once(session.gateway, 'close')) as [number];
  expect(code).toBe(1008);
  const client = session.attach();
  await client.attached();
  client.type('still\r');
  await client.shows('still');
});
