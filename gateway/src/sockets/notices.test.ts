import { BOSS, RunningGateway, STRANGER } from '../testing/running-gateway';

const NOTICE = { id: '1', text: 'Back at five.', from: 'root', at: '2026-01-01T00:00:00.000Z' };

test('a notice reaches everybody who has signed in, attached or not, and nobody who only has a link', async () => {
  const gateway = await RunningGateway.start();
  const owner = gateway.plain();
  const sessionId = await owner.opened();
  const person = { id: 'alice', role: 'user' as const };
  const { secret } = await gateway.links.make(person, await gateway.local.sessions.get(person, sessionId), 60);
  const guest = gateway.plain({ share: secret });
  const follower = gateway.plain({ token: gateway.tokenOf(STRANGER), mode: 'watch' });
  const boss = gateway.plain({ token: gateway.tokenOf(BOSS), mode: 'watch' });
  await Promise.all([guest.opened(), follower.connected(), boss.connected()]);

  gateway.tell(NOTICE);
  for (const client of [owner, follower, boss]) {
    await client.until(() => client.notices.length > 0);
    expect(client.notices).toEqual([NOTICE]);
  }
  // What comes after it has arrived, and it has not.
  gateway.stopSockets();
  await guest.status('closed');
  expect(guest.notices).toEqual([]);
  await gateway.close();
});

test('who opens the page later is told what holds for them, after the list', async () => {
  const noticesFor = (person: string) => (person === STRANGER.id ? [NOTICE] : []);
  const gateway = await RunningGateway.start({ noticesFor });
  const late = gateway.plain({ token: gateway.tokenOf(STRANGER), mode: 'watch' });
  await late.until(() => late.notices.length > 0);
  expect(late.notices).toEqual([NOTICE]);
  const other = gateway.plain({ token: gateway.tokenOf(), mode: 'watch' });
  await other.connected();
  gateway.tell({ ...NOTICE, id: '2' });
  await other.until(() => other.notices.length > 0);
  expect(other.notices.map(({ id }) => id)).toEqual(['2']);
  await gateway.close();
});
