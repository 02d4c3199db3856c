import type { AuditEvent } from '../audit/events';
import { RunningGateway } from '../testing/running-gateway';

interface Line {
  msg: string;
  requestId?: string;
}

const lines: Line[] = [];
const events: AuditEvent[] = [];
let logged = (): void => undefined;
let gateway: RunningGateway;

beforeEach(async () => {
  lines.length = 0;
  events.length = 0;
  gateway = await RunningGateway.start({
    audit: { record: (event) => void events.push(event) },
    logged: (line) => {
      lines.push(JSON.parse(line) as Line);
      logged();
    },
  });
});
afterEach(() => gateway.close());

async function line(msg: string): Promise<Line> {
  for (;;) {
    const found = lines.find((one) => one.msg === msg);
    if (found !== undefined) return found;
    await new Promise<void>((resolve) => (logged = resolve));
  }
}

const connections = async (): Promise<Record<string, number>> => {
  const { values } = await gateway.local.metrics.wsConnections.get();
  return Object.fromEntries(values.map(({ labels, value }) => [String(labels.state), value]));
};

test.each([['websocket'], ['polling']])('the id of a handshake by %s names its connection to the end', async (by) => {
  const client = gateway.plain(undefined, { transports: [by], extraHeaders: { 'X-Request-Id': 'tab-1' } });
  const sessionId = await client.opened();
  const subjects = { requestId: 'tab-1', userId: 'alice' };
  expect(await line('connected')).toMatchObject({ ...subjects, transport: by });
  expect(await line('attached')).toMatchObject({ ...subjects, sessionId, mode: 'drive' });
  client.socket.disconnect();
  expect(await line('disconnected')).toMatchObject({ ...subjects, reason: 'client namespace disconnect' });
  const audited = events.filter(({ event }) => event.startsWith('session.'));
  expect(audited.map(({ event, requestId }) => [event, requestId])).toEqual([
    ['session.created', 'tab-1'],
    ['session.attached', 'tab-1'],
    ['session.detached', 'tab-1'],
  ]);
});

test('a handshake that is refused has its id in the log and in the audit log', async () => {
  const client = gateway.plain({ token: 'x.y.z' }, { extraHeaders: { 'X-Request-Id': 'tab-2' } });
  await client.until(() => client.refusal);
  expect(await line('handshake refused')).toMatchObject({ requestId: 'tab-2', reason: 'unauthorized' });
  expect(events).toMatchObject([{ event: 'auth.token-refused', requestId: 'tab-2' }]);
});

test('connections are counted where they stand', async () => {
  const [one, other] = [gateway.plain(), gateway.plain(undefined, { transports: ['polling'] })];
  await Promise.all([one.opened(), other.opened()]);
  expect(await connections()).toEqual({ open: 2 });
  const drained = gateway.drain();
  await Promise.all([one.status('closed'), other.status('closed')]);
  expect(await connections()).toMatchObject({ open: 0, closing: 2 });
  one.socket.disconnect();
  other.socket.disconnect();
  await drained;
  for (const client of [one, other]) client.close();
  while ((await connections())['closed'] !== 0) await new Promise(setImmediate);
  expect(await connections()).toEqual({ open: 0, closing: 0, closed: 0 });
});
