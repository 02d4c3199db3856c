/** What people of whom nothing is known can take from a gateway. */
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { connect } from 'node:net';
import { randomUUID } from 'node:crypto';
import { WebSocket } from 'ws';
import { BOSS, PERSON, RunningGateway, STRANGER } from '../testing/running-gateway';

const MAX_UNIDENTIFIED_PER_ADDRESS = 100;
const MAX_CONNECTIONS_OF_ONE = 100;
const MAX_UNKNOWN_LINKS = 100;

let gateway: RunningGateway;
afterEach(() => gateway.close());

/** Opens a connection by polling, and says no more. */
const poll = (sid = '', init: RequestInit = {}) =>
  fetch(`${gateway.url}/socket.io/?EIO=4&transport=polling${sid === '' ? '' : `&sid=${sid}`}`, init);

/** Opens a WebSocket, and says no more. */
async function open(): Promise<{ ws: WebSocket; status: number }> {
  const ws = new WebSocket(`${gateway.url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`);
  ws.on('error', () => undefined);
  const status = await Promise.race([
    once(ws, 'open').then(() => 101),
    new Promise<number>((resolve) =>
      ws.once('unexpected-response', (_request, { statusCode = 0 }) => resolve(statusCode)),
    ),
  ]);
  return { ws, status };
}

const refusals = async (reason: string) => {
  const { values } = await gateway.local.metrics.wsRefused.get();
  return values.find(({ labels }) => labels.reason === reason)?.value ?? 0;
};

test('an address that opens connections and does not say who it is has a limit of them, told by a status', async () => {
  gateway = await RunningGateway.start();
  const answers = await Promise.all(Array.from({ length: MAX_UNIDENTIFIED_PER_ADDRESS + 5 }, () => poll()));
  const refused = answers.filter(({ status }) => status === 429);
  expect(refused).toHaveLength(5);
  expect(Number(refused[0]?.headers.get('retry-after'))).toBeGreaterThan(0);
  expect(await refused[0]?.json()).toMatchObject({ code: 'too-many-connections' });
  expect((await open()).status).toBe(429);
  expect(await refusals('unidentified-of-address')).toBe(6);
});

test('who has said who they are, or has gone, makes room', async () => {
  gateway = await RunningGateway.start();
  const half = MAX_UNIDENTIFIED_PER_ADDRESS / 2;
  const waiting = await Promise.all(Array.from({ length: MAX_UNIDENTIFIED_PER_ADDRESS }, open));
  expect((await open()).status).toBe(429);
  for (const { ws } of waiting.slice(0, half)) ws.terminate();
  await gateway.plain(undefined, { reconnection: true, reconnectionDelay: 10 }).opened();
  for (const { ws } of waiting) ws.terminate();
});

test('handshakes that the server cannot take do not use up the limit', async () => {
  gateway = await RunningGateway.start();
  const bad = ['EIO=3&transport=polling', 'EIO=4&transport=carrier-pigeon', 'EIO=4&transport=websocket'];
  for (let at = 0; at < MAX_UNIDENTIFIED_PER_ADDRESS; at += 1) {
    const { status } = await fetch(`${gateway.url}/socket.io/?${bad[at % bad.length] ?? ''}`);
    expect(status).toBe(400);
  }
  await gateway.plain().opened();
});

test('an address may open so many connections in a minute', async () => {
  gateway = await RunningGateway.start({ maxHandshakesPerMinute: 3 });
  for (let at = 0; at < 4; at += 1) {
    const { ws, status } = await open();
    expect(status).toBe(101);
    ws.terminate();
  }
  expect((await open()).status).toBe(429);
  const refused = await poll();
  expect(refused.status).toBe(429);
  expect(Number(refused.headers.get('retry-after'))).toBeLessThanOrEqual(40);
  expect(await refusals('rate-of-address')).toBe(2);
});

test('a connection that does not say who it is is closed', async () => {
  gateway = await RunningGateway.start();
  const { ws } = await open();
  await once(ws, 'close');
});

describe('before a sign-in nothing large is taken', () => {
  beforeEach(async () => {
    gateway = await RunningGateway.start();
  });

  test('by a WebSocket', async () => {
    const { ws } = await open();
    ws.send(Buffer.alloc(64 * 1024));
    await once(ws, 'close');
  });

  test('in the packet of the handshake', async () => {
    const { port, hostname } = new URL(gateway.url);
    const socket: Socket = connect(Number(port), hostname);
    socket.on('error', () => undefined);
    const lines = [
      'GET /socket.io/?EIO=4&transport=websocket HTTP/1.1',
      'Host: localhost',
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
    ];
    const header = Buffer.from([0x82, 0xfe, 0xff, 0xff, 0, 0, 0, 0]);
    const closed = once(socket, 'close');
    socket.write(Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`), header, Buffer.alloc(1024)]));
    socket.write(Buffer.alloc(0xffff - 1024));
    socket.resume();
    await closed;
  });

  test('by polling', async () => {
    const sid = /"sid":"([^"]+)"/.exec(await (await poll()).text())?.[1] ?? '';
    expect((await poll(sid, { method: 'POST', body: 'x'.repeat(64 * 1024) })).status).toBe(413);
    const stream = new Blob(['x'.repeat(1024)]).stream();
    expect((await poll(sid, { method: 'POST', body: stream, duplex: 'half' })).status).toBe(411);
  });

  test('and afterwards it is', async () => {
    const client = gateway.frames({ token: gateway.tokenOf() });
    await client.attachedTo();
    const data = Buffer.alloc(8 * 1024, 'x');
    for (let sequence = 1; sequence <= 8; sequence += 1) client.send({ type: 'input', sequence, data });
    await client.until(() => client.frames.some((frame) => frame.type === 'input-ack' && frame.sequence === 8));
  });
});

test('one person has so many connections; others are not concerned', async () => {
  gateway = await RunningGateway.start();
  const token = gateway.tokenOf(PERSON);
  const follow = () => gateway.plain({ token, mode: 'watch' });
  const clients = Array.from({ length: MAX_CONNECTIONS_OF_ONE }, follow);
  await Promise.all(clients.map((client) => client.connected()));
  expect(await follow().refused()).toBe('too-many-connections');
  await gateway.plain({ token: gateway.tokenOf(STRANGER), mode: 'watch' }).connected();
  clients[0]?.close();
  await clients[0]?.disconnected();
  const next = gateway.plain({ token, mode: 'watch' }, { reconnection: true, reconnectionDelay: 10 });
  await next.connected();
});

test('one session has so many connections, whoever opens them', async () => {
  gateway = await RunningGateway.start();
  const { id } = await gateway.local.started();
  const view = (subject: typeof PERSON) =>
    gateway.plain({ token: gateway.tokenOf(subject), mode: 'view', sessionId: id });
  const clients = Array.from({ length: MAX_CONNECTIONS_OF_ONE }, (_, at) => view(at % 2 === 0 ? PERSON : BOSS));
  await Promise.all(clients.map((client) => client.opened()));
  expect((await view(BOSS).status('closed')).reason).toBe('too-many-connections');
  await gateway.plain({ token: gateway.tokenOf(BOSS), mode: 'watch' }).connected();
  clients[0]?.close();
  await clients[0]?.disconnected();
});

test('guesses that one connection makes all at once count as those of many do', async () => {
  gateway = await RunningGateway.start();
  const { ws } = await open();
  const answers: string[] = [];
  const answered = new Promise<void>((resolve) =>
    ws.on('message', (data: Buffer) => {
      const code = /"code":"([\w-]+)"/.exec(data.toString())?.[1];
      if (code !== undefined && answers.push(code) === 2 * MAX_UNKNOWN_LINKS) resolve();
    }),
  );
  for (let at = 0; at < 2 * MAX_UNKNOWN_LINKS; at += 1) ws.send(`40${JSON.stringify({ share: randomUUID() })}`);
  await answered;
  expect(answers.filter((code) => code === 'share-ended')).toHaveLength(MAX_UNKNOWN_LINKS);
  expect(answers.filter((code) => code === 'too-many-attempts')).toHaveLength(MAX_UNKNOWN_LINKS);
});

test('links that exist are no guesses, however many follow them', async () => {
  gateway = await RunningGateway.start();
  const { id } = await gateway.local.started();
  const owner = { id: PERSON.id, role: PERSON.role };
  const { secret: share } = await gateway.links.make(owner, await gateway.local.sessions.get(owner, id), 60);
  for (let at = 0; at < MAX_UNKNOWN_LINKS + 1; at += 1) {
    const guest = gateway.plain({ share });
    await guest.opened();
    guest.close();
    await guest.disconnected();
  }
});

test('guesses at links are counted, and after some of them not even read', async () => {
  gateway = await RunningGateway.start();
  const guess = () => gateway.plain({ share: randomUUID() }).refused();
  const answers = [];
  for (let at = 0; at < MAX_UNKNOWN_LINKS + 1; at += 1) answers.push(await guess());
  expect(answers.slice(0, -1).every((code) => code === 'share-ended')).toBe(true);
  expect(answers.at(-1)).toBe('too-many-attempts');
  await gateway.plain().opened();
});
