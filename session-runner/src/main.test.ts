import { RunningSession } from './testing/running-session';

let session: RunningSession;
afterEach(() => session.end());

test('a program’s output reaches a client, and what the client types reaches the program', async () => {
  session = await RunningSession.shell('read line; echo "got <$line>"; exit 3');
  const client = session.attach();
  await client.attached();
  client.type('hello\r');
  await client.shows('got <hello>');
  expect((await client.frame('input-ack')).sequence).toBe(1);
  expect((await client.frame('end')).end).toEqual({ reason: 'exited', exitCode: 3 });
  expect(await client.closed).toBe(1000);
  expect(await session.ended).toEqual({ reason: 'exited', exitCode: 3 });
});
