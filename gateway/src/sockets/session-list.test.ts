import type { SessionInfo } from '@claude-webui/protocol';
import { ALICE } from '../testing/local-sessions';
import { RunningGateway, STRANGER } from '../testing/running-gateway';

let gateway: RunningGateway;
beforeEach(async () => {
  gateway = await RunningGateway.start();
});
afterEach(() => gateway.close());

/** What a client that follows the list is told, in order: ids of sessions, and `listed`. */
function follow(token: string): { told: string[]; listed: Promise<void> } {
  const { socket } = gateway.plain({ token, mode: 'watch' });
  const told: string[] = [];
  socket.on('session', ({ id }: SessionInfo) => told.push(id));
  const listed = new Promise<void>((resolve) =>
    socket.on('listed', () => {
      told.push('listed');
      resolve();
    }),
  );
  return { told, listed };
}

test('who follows the list is told of each session that there is, and then that this was all', async () => {
  const ids = [];
  for (const name of ['one', 'two']) ids.push((await gateway.local.sessions.create(ALICE, { name })).id);
  const own = follow(gateway.tokenOf());
  const strangers = follow(gateway.tokenOf(STRANGER));
  await Promise.all([own.listed, strangers.listed]);
  // A session that is still starting may be told of again meanwhile.
  expect(new Set(own.told.slice(0, own.told.indexOf('listed')))).toEqual(new Set(ids));
  expect(strangers.told).toEqual(['listed']);
});

test('a list that cannot be read closes the connection, and the gateway goes on', async () => {
  jest.spyOn(gateway.local.directory, 'list').mockRejectedValueOnce(new Error('Redis is away'));
  const client = gateway.plain({ token: gateway.tokenOf(), mode: 'watch' });
  expect((await client.status('closed')).reason).toBe('not-ready');
  const again = follow(gateway.tokenOf());
  await again.listed;
});
