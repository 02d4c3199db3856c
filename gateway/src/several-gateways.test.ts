/** Two gateways that share a Redis, users and keys, as replicas do. */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DecodedRunnerFrame, SessionInfo } from '@claude-webui/protocol';
import { decodeRunnerFrame, encodeClientFrame, frameOf, packetParser } from '@claude-webui/protocol';
import { Redis } from 'ioredis';
import type { Socket } from 'socket.io-client';
import { io } from 'socket.io-client';
import * as parser from 'socket.io-parser';
import { describeUnless } from '@claude-webui/testing/unless';
import { RedisProcess, noRedis } from '@claude-webui/testing/processes/redis-process';
import { loadConfig } from './config/config';
import type { Gateway } from './gateway';
import { startGateway } from './gateway';
import { ownRunners } from './testing/processes';
import { PASSWORD, environmentIn } from './testing/environment';

describeUnless(noRedis, 'several gateways', () => {
  let redis: RedisProcess;
  let directory: string;
  let gateways: Gateway[];
  const sockets: Socket[] = [];

  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), 'several-gateways-'));
    redis = await RedisProcess.start();
    gateways = [await start(), await start()];
  });

  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.disconnect();
    // They outlive their gateways.
    await endSessions();
    for (const gateway of gateways) await gateway.close();
    await redis.kill();
    rmSync(directory, { recursive: true, force: true });
  });

  function start(): Promise<Gateway> {
    const config = loadConfig({
      ...environmentIn(directory),
      NODE_ENV: 'test',
      AUDIT_LOG: 'off',
      SESSION_ISOLATION: 'off',
      REDIS_URL: redis.url,
    });
    return startGateway(config, { path: '/bin/cat', args: [] });
  }

  async function call(gateway: number, method: string, path: string, token = '', body?: object) {
    const response = await fetch(gateways[gateway]!.url + path, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      body: (text === '' ? {} : JSON.parse(text)) as Answer,
    };
  }

  async function endSessions(): Promise<void> {
    const { status, body } = await call(0, 'POST', '/auth/login', '', { username: 'admin', password: PASSWORD });
    if (status !== 200) throw new Error('sessions may be left: nobody could sign in to end them');
    const { sessions } = (await call(0, 'GET', '/api/v1/sessions?all=true', body.token)).body;
    for (const { id } of sessions ?? []) await call(0, 'DELETE', `/api/v1/sessions/${id}`, body.token);
  }

  const signIn = async (gateway: number) =>
    (await call(gateway, 'POST', '/auth/login', '', { username: 'admin', password: PASSWORD })).body.token!;

  function attach(gateway: number, auth: object): Socket {
    const socket = io(gateways[gateway]!.url, {
      auth: { encoding: 'frames', clientId: randomUUID(), ...auth },
      transports: ['websocket'],
      reconnection: false,
      forceNew: true,
      parser: packetParser(parser),
    });
    sockets.push(socket);
    return socket;
  }

  test('a session made at one gateway is listed, driven and ended at the other', async () => {
    const token = await signIn(0);
    const { id } = (await call(0, 'POST', '/api/v1/sessions', token, {})).body;
    const socket = attach(1, { token, sessionId: id });
    await frame(socket, ({ type }) => type === 'attached');
    socket.io.engine.write(encodeClientFrame({ type: 'input', sequence: 1, data: Buffer.from('over there\r') }));
    await frame(socket, (it) => it.type === 'output' && Buffer.from(it.data).includes('over there'));
    expect((await call(1, 'GET', '/api/v1/sessions', token)).body.sessions).toMatchObject([{ id, state: 'ready' }]);
  });

  test('a sign-out at one gateway ends the connections at the other, and its tokens are refused there', async () => {
    const token = await signIn(0);
    const socket = attach(1, { token, mode: 'watch' });
    await event(socket, 'connect');
    const closed = event(socket, 'status');
    await call(0, 'POST', '/auth/logout', token);
    expect(await closed).toMatchObject({ state: 'closed', reason: 'signed-out' });
    expect((await call(1, 'GET', '/api/v1/sessions', token)).status).toBe(401);
  });

  test('a session whose gateway has gone, and then its runner too, is ended by the other in words', async () => {
    const token = await signIn(0);
    const before = new Set(ownRunners());
    const { id } = (await call(0, 'POST', '/api/v1/sessions', token, {})).body;
    const socket = attach(1, { token, sessionId: id });
    await frame(socket, ({ type }) => type === 'attached');
    const [runner] = ownRunners().filter((pid) => !before.has(pid));
    const watching = attach(1, { token, mode: 'watch' });
    const ended = new Promise<SessionInfo>((resolve) =>
      watching.on('session', (info: SessionInfo) => {
        if (info.id === id && info.state === 'ended') resolve(info);
      }),
    );
    await event(watching, 'session');
    await gateways.shift()!.close();
    process.kill(runner!, 'SIGKILL');
    expect(await ended).toMatchObject({ end: { reason: 'runner-crashed' } });
  });

  test('nothing that gateways leave in Redis is there for ever', async () => {
    const token = await signIn(0);
    await call(0, 'POST', '/api/v1/sessions', token, {});
    await call(0, 'POST', '/auth/login', '', { username: 'nobody', password: 'wrong' });
    await call(1, 'POST', '/auth/logout', await signIn(1));
    const client = new Redis(redis.url);
    const keys = await client.keys('*');
    const kinds = ['revoked', 'session:', 'live', 'workspaces:', 'ids', 'login-failures:', 'rate:'];
    for (const kind of kinds) expect(keys.some((key) => key.startsWith(`{claude-webui}:${kind}`))).toBe(true);
    const forEver = await Promise.all(keys.map(async (key) => ((await client.pttl(key)) < 0 ? key : null)));
    expect(forEver.filter((key) => key !== null)).toEqual([]);
    client.disconnect();
  });

  test('a gateway that starts later knows of sign-outs from before', async () => {
    const token = await signIn(0);
    await call(0, 'POST', '/auth/logout', token);
    gateways.push(await start());
    expect((await call(2, 'GET', '/api/v1/sessions', token)).status).toBe(401);
  });

  test('requests and failed sign-ins count together', async () => {
    const token = await signIn(0);
    const leftAt = async (gateway: number) => left(await call(gateway, 'GET', '/api/v1/sessions', token));
    const first = await leftAt(0);
    expect([await leftAt(1), await leftAt(0)]).toEqual([first - 1, first - 2]);
    const guess = (gateway: number) =>
      call(gateway, 'POST', '/auth/login', '', { username: 'nobody', password: 'wrong' });
    for (let n = 0; n < 5; n += 1) expect((await guess(n % 2)).status).toBe(401);
    expect([(await guess(0)).status, (await guess(1)).status]).toEqual([429, 429]);
  });

  test('an administrator’s notice reaches the clients of every gateway once', async () => {
    const token = await signIn(0);
    const watching = [attach(0, { token, mode: 'watch' }), attach(1, { token, mode: 'watch' })];
    await Promise.all(watching.map((socket) => event(socket, 'connect')));
    const heard = watching.map(() => 0);
    watching.forEach((socket, at) => socket.on('notice', () => (heard[at]! += 1)));
    const all = Promise.all(watching.map((socket) => event(socket, 'notice')));
    expect((await call(0, 'POST', '/api/v1/admin/notices', token, { text: 'Upgrade at noon' })).status).toBeLessThan(
      300,
    );
    expect(await all).toMatchObject([{ text: 'Upgrade at noon' }, { text: 'Upgrade at noon' }]);
    // A second one would have come before what is asked for after it.
    for (const socket of watching) await event(socket.emit('authenticate', {}), 'status');
    expect(heard).toEqual([1, 1]);
  });

  test('what others publish on the channel of broadcasts ends nothing and reaches nobody', async () => {
    const token = await signIn(0);
    const socket = attach(0, { token, mode: 'watch' });
    await event(socket, 'connect');
    const outsider = new Redis(redis.url);
    const channels = (await outsider.pubsub('CHANNELS', '*')) as string[];
    const patterns = '{claude-webui}:socket.io#/#';
    const seen: string[] = [];
    socket.onAny((name: string) => seen.push(name));
    const packet = (data: unknown[], options: unknown = { rooms: [], except: [] }) =>
      JSON.stringify(['other', { type: 2, nsp: '/', data }, options]);
    const messages = [
      'nonsense',
      '',
      '[]',
      '[1,2,3]',
      packet(['status', { state: 'closed', reason: 'signed-out' }]),
      packet(['notice', 7]),
      packet(['notice', { id: '1', text: 'x', from: 'x', at: 'x' }], { rooms: 7 }),
      JSON.stringify({ type: 4, requestId: '1', opts: { rooms: [], except: [] }, close: true }),
      JSON.stringify({ type: 6, data: 7 }),
      Buffer.from([0xc1, 0xff]),
    ];
    const requests = channels.concat(
      '{claude-webui}:socket.io-request#/#',
      '{claude-webui}:socket.io-response#/#',
      patterns,
    );
    for (const channel of requests) for (const message of messages) await outsider.publish(channel, message);
    outsider.disconnect();
    // What is told after it comes, and alone.
    const heard = event(socket, 'notice');
    await call(1, 'POST', '/api/v1/admin/notices', await signIn(1), { text: 'Still here' });
    expect(await heard).toMatchObject({ text: 'Still here' });
    expect(seen.filter((name) => name !== 'session' && name !== 'listed')).toEqual(['notice']);
    for (const gateway of [0, 1]) expect((await call(gateway, 'GET', '/ready')).status).toBe(200);
  });

  test('without Redis the attached go on, others are told when to come again, and it mends itself', async () => {
    const token = await signIn(0);
    const { id } = (await call(0, 'POST', '/api/v1/sessions', token, {})).body;
    const socket = attach(0, { token, sessionId: id });
    await frame(socket, ({ type }) => type === 'attached');
    await redis.kill();
    socket.io.engine.write(encodeClientFrame({ type: 'input', sequence: 1, data: Buffer.from('still here\r') }));
    await frame(socket, (it) => it.type === 'output' && Buffer.from(it.data).includes('still here'));
    const refused = await call(0, 'POST', '/api/v1/sessions', token, {});
    expect(refused.status).toBe(503);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    const guessed = await call(0, 'POST', '/auth/login', '', { username: 'admin', password: PASSWORD });
    expect(guessed.status).toBe(503);
    expect(Number(guessed.headers.get('retry-after'))).toBeGreaterThan(0);
    const comes = attach(0, { token, sessionId: id });
    expect(await event(comes, 'status')).toMatchObject({ state: 'closed', reason: 'not-ready' });
    // Requests are counted by each gateway for itself then.
    const counted = Array.from({ length: 3 }, async () => left(await call(0, 'GET', '/api/v1/sessions', token)));
    expect(new Set(await Promise.all(counted)).size).toBe(3);
    expect(await call(0, 'GET', '/ready')).toMatchObject({ status: 503, body: { detail: 'Redis is away.' } });
    expect((await call(0, 'GET', '/health')).status).toBe(200);
    await redis.start();
    for (let status = 503; status !== 200;) status = (await call(1, 'GET', '/ready')).status;
    for (let found = 0; found === 0;) {
      const answer = await call(1, 'GET', '/api/v1/sessions', token);
      found = answer.status === 200 ? (answer.body.sessions?.length ?? 0) : 0;
    }
    expect((await call(1, 'GET', '/api/v1/sessions', token)).body.sessions).toMatchObject([{ id, state: 'ready' }]);
  });
});

interface Answer {
  token?: string;
  id?: string;
  detail?: string;
  sessions?: { id: string; state: string }[];
}

/** Requests that the caller has left in this window. */
function left({ headers }: { headers: Headers }): number {
  return Number(/r=(\d+)/.exec(headers.get('ratelimit') ?? '')?.[1]);
}

function event(socket: Socket, name: string): Promise<unknown> {
  return new Promise((resolve) => socket.once(name, resolve));
}

function frame(socket: Socket, matches: (frame: DecodedRunnerFrame) => boolean): Promise<void> {
  return new Promise((resolve) => {
    const listen = (message: unknown) => {
      const bytes = frameOf(message);
      if (bytes === null || !matches(decodeRunnerFrame(bytes))) return;
      socket.io.engine.off('data', listen);
      resolve();
    };
    socket.io.engine.on('data', listen);
  });
}
