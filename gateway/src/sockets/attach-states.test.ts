/** Attaching to a session that has no runner: who attaches hears which state it is in. */
import type { SessionProgress } from '@claude-webui/protocol';
import type { SessionRecord } from '../sessions/directory';
import { RunningGateway } from '../testing/running-gateway';
import { readyRecord } from '../testing/session-record';

let gateway: RunningGateway;
beforeEach(async () => {
  gateway = await RunningGateway.start();
});
afterEach(() => gateway.close());

async function attachTo(changes: Partial<SessionRecord>) {
  const record = { ...readyRecord(null), ...changes };
  await gateway.local.directory.restore(record);
  return gateway.plain({ token: gateway.tokenOf(), sessionId: record.id, mode: 'view' });
}

test('of one that is over, how it ended', async () => {
  const client = await attachTo({ state: 'ended', end: { reason: 'exited', exitCode: 0 } });
  expect(await client.status('closed')).toEqual({ state: 'closed', reason: 'exited' });
});

test.each(['suspended', 'scheduling'] as const)('of one that is %s, that it is, until it runs', async (code) => {
  const client = await attachTo({ state: 'starting', progress: { code } });
  const told = await new Promise<SessionProgress>((resolve) => client.socket.once('progress', resolve));
  expect(told.code).toBe(code);
  expect(client.statuses).toEqual([]);
});
