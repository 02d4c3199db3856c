/** The gateway on each kind of Redis, as real processes. */
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Socket } from 'socket.io-client';
import { io } from 'socket.io-client';
import { describeUnless } from '@claude-webui/testing/unless';
import { noRedis } from '@claude-webui/testing/processes/redis-process';
import { loadConfig } from '../config/config';
import type { Gateway } from '../gateway';
import { startGateway } from '../gateway';
import type { RedisDeployment } from './testing/deployments';
import { startCluster, startSentinel } from './testing/deployments';
import { PASSWORD, environmentIn } from '../testing/environment';

describeUnless(noRedis, 'kinds of Redis', () => {
  const key = randomBytes(32).toString('base64');
  let directory: string;
  let redis: RedisDeployment;
  let gateways: Gateway[];
  let sockets: Socket[];

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'kinds-of-redis-'));
    sockets = [];
    gateways = [];
  });

  afterEach(async () => {
    for (const socket of sockets) socket.disconnect();
    const token = await signIn(0);
    const { sessions } = (await call(0, 'GET', '/api/v1/sessions', token)) as { sessions: { id: string }[] };
    for (const { id } of sessions) await call(0, 'DELETE', `/api/v1/sessions/${id}`, token);
    for (const gateway of gateways) await gateway.close();
    await redis.close();
    rmSync(directory, { recursive: true, force: true });
  });

  async function start(deployment: Promise<RedisDeployment>): Promise<void> {
    redis = await deployment;
    for (let n = 0; n < 2; n += 1) {
      const config = loadConfig({
        ...environmentIn(directory),
        AUDIT_LOG: 'off',
        JWT_SECRET: key,
        SESSION_ISOLATION: 'off',
        RATE_LIMIT_MAX_REQUESTS: '1000000',
        REDIS_URL: redis.url,
      });
      gateways.push(await startGateway(config, { path: '/bin/cat', args: [] }));
    }
  }

  async function call(gateway: number, method: string, path: string, token: string, body?: object): Promise<unknown> {
    const response = await fetch(gateways[gateway]!.url + path, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { ...(text === '' ? {} : (JSON.parse(text) as object)), status: response.status };
  }

  const signIn = async (gateway: number) => {
    const answer = await call(gateway, 'POST', '/auth/login', '', { username: 'admin', password: PASSWORD });
    return (answer as { token: string }).token;
  };

  async function watching(gateway: number, token: string): Promise<Socket> {
    const socket = io(gateways[gateway]!.url, {
      auth: { token, mode: 'watch' },
      transports: ['websocket'],
      reconnection: false,
      forceNew: true,
    });
    sockets.push(socket);
    await new Promise((resolve) => socket.once('connect', () => resolve(null)));
    return socket;
  }

  const told = (socket: Socket, event: string) => new Promise((resolve) => socket.once(event, resolve));

  test.each([
    ['a cluster', startCluster],
    ['a primary watched by Sentinel', startSentinel],
  ])('on %s gateways share sessions, sign-outs, notices and limits', async (_kind, deployment) => {
    await start(deployment());
    const [token, other] = [await signIn(0), await signIn(1)];
    const [here, there] = [await watching(0, token), await watching(1, other)];
    const listed = told(there, 'session');
    const { id } = (await call(0, 'POST', '/api/v1/sessions', token, {})) as { id: string };
    expect(await listed).toMatchObject({ id });
    expect(await call(1, 'GET', '/api/v1/sessions', other)).toMatchObject({ sessions: [{ id }] });
    const heard = told(there, 'notice');
    await call(0, 'POST', '/api/v1/admin/notices', token, { text: 'Upgrade at noon' });
    expect(await heard).toMatchObject({ text: 'Upgrade at noon' });
    const closed = told(here, 'status');
    // What is told while nobody listens is made up for.
    for (const { port } of redis.servers)
      await promisify(execFile)('redis-cli', ['-p', String(port), 'client', 'kill', 'type', 'pubsub']);
    await call(1, 'POST', '/auth/logout', token);
    expect(await closed).toMatchObject({ state: 'closed', reason: 'signed-out' });
    for (let n = 0; n < 5; n += 1)
      expect(await call(n % 2, 'POST', '/auth/login', '', { username: 'bob', password: 'wrong' })).toMatchObject({
        status: 401,
      });
    for (const at of [0, 1])
      expect(await call(at, 'POST', '/auth/login', '', { username: 'bob', password: 'wrong' })).toMatchObject({
        status: 429,
      });
  });

  test('when Sentinel makes the replica the primary, gateways follow, and what lived still does', async () => {
    await start(startSentinel());
    const token = await signIn(0);
    const { id } = (await call(0, 'POST', '/api/v1/sessions', token, {})) as { id: string };
    await redis.servers[0]!.kill();
    for (const at of [0, 1]) {
      for (let status = 503; status !== 200;)
        ({ status } = (await call(at, 'GET', '/ready', '')) as { status: number });
      // It may have become ready while there was no primary, which is told as soon as there is one.
      for (let state = 'starting'; state !== 'ready';) {
        const { sessions = [] } = (await call(at, 'GET', '/api/v1/sessions', token)) as Sessions;
        state = sessions.find((session) => session.id === id)?.state ?? 'starting';
      }
    }
    expect(await call(1, 'POST', '/api/v1/sessions', token, {})).toMatchObject({ status: 201 });
  });
});

interface Sessions {
  sessions?: { id: string; state: string }[];
}
