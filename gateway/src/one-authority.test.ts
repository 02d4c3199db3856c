/** What ends somebody's access ends it at both of two gateways, whatever happens to their Redis before and after. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Redis } from 'ioredis';
import type { Socket } from 'socket.io-client';
import { io } from 'socket.io-client';
import { describeUnless } from '@claude-webui/testing/unless';
import { RedisProcess, noRedis } from '@claude-webui/testing/processes/redis-process';
import { UserFile } from './auth/user-file';
import type { UserRole } from './auth/roles';
import { loadConfig } from './config/config';
import type { Gateway } from './gateway';
import { startGateway } from './gateway';
import { listen } from './testing/http';
import { PASSWORD, environmentIn } from './testing/environment';

/** What is promised. */
const EVERYWHERE_WITHIN_MS = 5000;
const BOTH = [0, 1] as const;
type At = (typeof BOTH)[number];

interface SignedIn {
  token: string;
  cookie: string;
}

interface Connection {
  socket: Socket;
  opened: Promise<string>;
  /** Resolves with the reason. */
  closed: Promise<string>;
  output: () => string;
}

describeUnless(noRedis, 'one authority', () => {
  let directory: string;
  let redis: RedisProcess;
  let outsider: Redis;
  let gateways: Gateway[];
  let provider: Awaited<ReturnType<typeof listen>>;
  let root: SignedIn;
  const sockets: Socket[] = [];

  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), 'one-authority-'));
    redis = await RedisProcess.start();
    outsider = new Redis(redis.url);
    provider = await listen((_request, response) => response.end('{}'));
    gateways = [await start(), await start()];
    root = await signIn(0, 'admin', PASSWORD);
  });

  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.disconnect();
    const { token } = await signIn(0, 'admin', PASSWORD);
    const { sessions = [] } = (await call(0, 'GET', '/api/v1/sessions?all=true', token)).body;
    for (const { id } of sessions) await call(0, 'DELETE', `/api/v1/sessions/${id}`, token);
    for (const gateway of gateways) await gateway.close();
    outsider.disconnect();
    await redis.kill();
    await provider.close();
    rmSync(directory, { recursive: true, force: true });
  });

  function start(env: Record<string, string> = {}): Promise<Gateway> {
    const config = loadConfig({
      ...environmentIn(directory),
      NODE_ENV: 'test',
      AUDIT_LOG: 'off',
      SESSION_ISOLATION: 'off',
      RATE_LIMIT_MAX_REQUESTS: '1000000',
      REDIS_URL: redis.url,
      ANTHROPIC_API_KEY: 'sk-test',
      ANTHROPIC_BASE_URL: provider.url,
      ...env,
    });
    return startGateway(config, {
      path: '/bin/sh',
      args: ['-c', 'echo "<$ANTHROPIC_BASE_URL $ANTHROPIC_AUTH_TOKEN>"; exec cat'],
    });
  }

  async function call(at: At, method: string, path: string, token = '', body?: object, cookie = '') {
    const response = await fetch(gateways[at]!.url + path, {
      method,
      headers: {
        'content-type': 'application/json',
        ...(token === '' ? {} : { authorization: `Bearer ${token}` }),
        ...(cookie === '' ? {} : { cookie }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const [set = ''] = response.headers.getSetCookie();
    const answer = (text === '' ? {} : JSON.parse(text)) as Answer;
    return { status: response.status, body: answer, cookie: set.split(';')[0] ?? '' };
  }

  async function signIn(at: At, username: string, password: string): Promise<SignedIn> {
    const { body, cookie } = await call(at, 'POST', '/auth/login', '', { username, password });
    return { token: body.token!, cookie };
  }

  const refresh = (at: At, { cookie }: SignedIn) => call(at, 'POST', '/auth/refresh', '', undefined, cookie);
  const me = (at: At, { token }: SignedIn) => call(at, 'GET', '/auth/me', token);

  /** Somebody new, signed in at one gateway. */
  async function person(username: string, role: UserRole, at: At): Promise<SignedIn & { id: string }> {
    const added = await call(0, 'POST', '/api/v1/admin/users', root.token, { username, role });
    return { id: added.body.user!.id, ...(await signIn(at, username, added.body.password!)) };
  }

  /** As `claude-webui users` does it, beside the gateways. */
  const changeUser = (id: string, change: object) =>
    new UserFile(join(directory, 'data', 'users.json')).change((users) =>
      users.map((user) => (user.id === id ? { ...user, ...change } : user)),
    );

  function connect(at: At, auth: object): Connection {
    const options = { auth, transports: ['websocket'], reconnection: false, forceNew: true };
    const socket = io(gateways[at]!.url, options);
    sockets.push(socket);
    let output = '';
    socket.on('output', ({ data }: { data: string }) => (output += data));
    const status = (state: string, value: 'sessionId' | 'reason') =>
      new Promise<string>((resolve) =>
        socket.on('status', (told: { state: string; sessionId?: string; reason?: string }) => {
          if (told.state === state) resolve(told[value] ?? '');
        }),
      );
    return {
      socket,
      opened: status('opened', 'sessionId'),
      closed: status('closed', 'reason'),
      output: () => output,
    };
  }

  /** A session of somebody's, driven at one gateway, and how its program calls the model. */
  async function sessionOf(at: At, { token }: SignedIn) {
    const { id } = (await call(at, 'POST', '/api/v1/sessions', token, {})).body;
    const driver = connect(at, { token, sessionId: id });
    await driver.opened;
    const told = () => /<(\S+)\s+([\w.\s-]+)>/.exec(driver.output());
    while (told() === null) await new Promise((resolve) => driver.socket.once('output', resolve));
    const [, base = '', model = ''] = told()!;
    const headers = { authorization: `Bearer ${model.replace(/\s/g, '')}` };
    const callModel = async () => (await fetch(`${base}/v1/messages`, { method: 'POST', headers, body: '{}' })).status;
    return { id: id!, driver, callModel };
  }

  async function linkTo(id: string, { token }: SignedIn): Promise<{ id: string; secret: string }> {
    const made = await until(
      () => call(0, 'POST', `/api/v1/sessions/${id}/shares`, token, { expiresInSeconds: 3600 }),
      ({ status }) => status === 201,
    );
    return { id: made.body.id!, secret: made.body.url!.split('#')[1]! };
  }

  /** Somebody who has come by a link. After a loss of data it takes a moment until Redis knows it again. */
  async function guest(at: At, share: string): Promise<Connection> {
    for (;;) {
      const connection = connect(at, { share });
      const isIn = await Promise.race([
        connection.opened.then(() => true),
        connection.closed.then(() => false),
        new Promise<boolean>((resolve) => connection.socket.once('connect_error', () => resolve(false))),
      ]);
      if (isIn) return connection;
      // Unknown links are counted, and this one is unknown until a gateway has told Redis of it again.
      await delay(200);
    }
  }

  const refusal = async (at: At, auth: object): Promise<string> =>
    new Promise((resolve) => {
      connect(at, auth).socket.once('connect_error', (error: Error & { data?: { code: string } }) =>
        resolve(error.data?.code ?? error.message),
      );
    });

  const cut = () => outsider.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
  const empty = async () => {
    // What marks that it has its data is there soon after a start.
    while ((await outsider.exists('{claude-webui}:mark')) === 0);
    await outsider.flushall();
  };
  async function shout(): Promise<void> {
    const channels = (await outsider.call('PUBSUB', 'CHANNELS')) as string[];
    for (const channel of channels) for (const text of ['{', 'null', '[[]]']) await outsider.publish(channel, text);
  }

  describe.each([
    ['nothing', () => Promise.resolve()],
    ['a cut of what listens', cut],
    ['a loss of all data', empty],
    ['both', async () => (await cut(), await empty())],
    ['messages that are none', shout],
  ])('with %s before and after', (_what, happen) => {
    /** Does something at one gateway, and what is promised is so at both within the time that is promised. */
    async function everywhere(act: () => Promise<unknown>, promised: () => Promise<unknown>): Promise<void> {
      await happen();
      await act();
      await happen();
      const since = performance.now();
      await promised();
      expect(performance.now() - since).toBeLessThan(EVERYWHERE_WITHIN_MS);
    }

    test('a sign-out ends tokens and sockets, and nobody else’s', async () => {
      const [alice, bob] = [await person('alice', 'user', 0), await person('bob', 'user', 1)];
      const watching = BOTH.map((at) => connect(at, { token: alice.token, mode: 'watch' }));
      const other = connect(1, { token: bob.token, mode: 'watch' });
      await Promise.all([...watching, other].map(({ socket }) => connected(socket)));
      await everywhere(
        () => call(0, 'POST', '/auth/logout', alice.token),
        async () => {
          expect(await Promise.all(watching.map(({ closed }) => closed))).toEqual(['signed-out', 'signed-out']);
          for (const at of BOTH) {
            await until(
              () => me(at, alice),
              ({ status }) => status === 401,
            );
            await until(
              () => refresh(at, alice),
              ({ status }) => status === 401,
            );
          }
        },
      );
      expect(other.socket.connected).toBe(true);
      expect((await me(0, bob)).status).toBe(200);
    });

    test('another role ends what the former one allowed, and a fresh token has the new one', async () => {
      const boss = await person('boss', 'admin', 0);
      const alice = await person('alice', 'user', 0);
      const { id } = await sessionOf(0, alice);
      const driver = connect(1, { token: boss.token, sessionId: id });
      await driver.opened;
      await everywhere(
        () => changeUser(boss.id, { role: 'viewer' }),
        async () => {
          expect(await driver.closed).toBe('token-expired');
          for (const at of BOTH) {
            const adds = await call(at, 'POST', '/api/v1/admin/users', boss.token, {
              username: 'eve',
              role: 'admin',
            });
            expect([adds.status, adds.body.code]).toEqual([401, 'token-expired']);
          }
        },
      );
      const fresh = await refresh(1, boss);
      expect(fresh.body.user).toMatchObject({ role: 'viewer' });
      expect((await call(0, 'GET', '/api/v1/admin/users', fresh.body.token)).status).toBe(403);
      const again = connect(1, { token: fresh.body.token, sessionId: id });
      expect(await again.closed).toMatch(/session-not-found|not-ready/);
    });

    test('who is disabled is out: sockets, the session, its model calls, and whoever came by a link', async () => {
      const alice = await person('alice', 'user', 0);
      const { id, driver, callModel } = await sessionOf(0, alice);
      const link = await linkTo(id, alice);
      const watching = await guest(1, link.secret);
      expect(await callModel()).toBe(200);
      await everywhere(
        () => call(1, 'PATCH', `/api/v1/admin/users/${alice.id}`, root.token, { disabled: true }),
        async () => {
          expect(await driver.closed).toMatch(/signed-out|terminated/);
          expect(await watching.closed).toMatch(/share-ended|terminated/);
          expect(await callModel()).toBeGreaterThanOrEqual(400);
          for (const at of BOTH) {
            expect((await me(at, alice)).status).toBe(401);
            await until(
              () => call(at, 'GET', `/api/v1/sessions/${id}`, root.token),
              ({ body }) => body.state === 'ended',
            );
          }
        },
      );
      for (const at of BOTH) expect(await refusal(at, { share: link.secret })).toBe('share-ended');
    });

    test('a link that is taken back lets nobody in any more, and others do', async () => {
      const alice = await person('alice', 'user', 0);
      const { id } = await sessionOf(0, alice);
      const [goes, stays] = [await linkTo(id, alice), await linkTo(id, alice)];
      const [out, kept] = [await guest(1, goes.secret), await guest(1, stays.secret)];
      await everywhere(
        async () => {
          const take = () => call(0, 'DELETE', `/api/v1/sessions/${id}/shares/${goes.id}`, alice.token);
          await until(take, ({ status }) => status === 204);
        },
        async () => {
          expect(await out.closed).toBe('share-ended');
          for (const at of BOTH) expect(await refusal(at, { share: goes.secret })).toBe('share-ended');
        },
      );
      expect(kept.socket.connected).toBe(true);
      for (const at of BOTH) (await guest(at, stays.secret)).socket.disconnect();
    });
  });

  test('a gateway that starts after a loss of data knows of sign-outs from before it', async () => {
    const alice = await person('alice', 'user', 0);
    await call(0, 'POST', '/auth/logout', alice.token);
    await empty();
    await until(
      () => outsider.zcard('{claude-webui}:revoked'),
      (known) => known > 0,
    );
    await gateways.pop()!.close();
    gateways.push(await start());
    expect((await me(1, alice)).status).toBe(401);
  });

  test('the session of who is disabled goes on where that is wanted, without the model', async () => {
    for (const gateway of gateways.splice(0)) await gateway.close();
    for (let n = 0; n < 2; n += 1) gateways.push(await start({ DISABLED_USER_SESSIONS: 'keep' }));
    const alice = await person('alice', 'user', 0);
    const { id, driver, callModel } = await sessionOf(0, alice);
    expect(await callModel()).toBe(200);
    await call(1, 'PATCH', `/api/v1/admin/users/${alice.id}`, root.token, { disabled: true });
    expect(await driver.closed).toBe('signed-out');
    await until(callModel, (status) => status === 403);
    await call(1, 'PATCH', `/api/v1/admin/users/${alice.id}`, root.token, { disabled: false });
    await until(callModel, (status) => status === 200);
    expect((await call(0, 'GET', `/api/v1/sessions/${id}`, root.token)).body.state).toBe('ready');
  });
});

interface Answer {
  token?: string;
  id?: string;
  url?: string;
  code?: string;
  state?: string;
  password?: string;
  user?: { id: string; role: string };
  sessions?: { id: string }[];
}

const connected = (socket: Socket) =>
  socket.connected ? Promise.resolve() : new Promise<void>((resolve) => socket.once('connect', resolve));

/** What is asked until it is as wanted. */
async function until<T>(ask: () => Promise<T>, isWanted: (answer: T) => boolean): Promise<T> {
  for (;;) {
    const answer = await ask();
    if (isWanted(answer)) return answer;
  }
}
