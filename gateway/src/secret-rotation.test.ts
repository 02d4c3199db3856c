/** Secrets that change under two running gateways, as replicas have them: from mounted files, and from Secrets Manager. */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { decode } from 'jsonwebtoken';
import type { Socket } from 'socket.io-client';
import { io } from 'socket.io-client';
import { describeUnless } from '@claude-webui/testing/unless';
import { MotoProcess, noMoto } from '@claude-webui/testing/processes/moto-process';
import { RedisProcess, noRedis } from '@claude-webui/testing/processes/redis-process';
import { UserFile } from './auth/user-file';
import { Users } from './auth/users';
import { loadConfig } from './config/config';
import type { Gateway } from './gateway';
import { startGateway } from './gateway';
import { MountedSecret } from './secrets/testing/mounted-secret';

const PASSWORD = 'correct horse battery';
const CONNECTIONS = 50;
/** From a change of the secret: a poll of one second, and what is promised after it. */
const OUT_WITHIN_MS = 1000 + 5000;
const missing = noRedis ?? noMoto;

const newKey = () => randomBytes(32).toString('base64');

interface Source {
  env: Record<string, string>;
  put(name: string, value: unknown): Promise<void> | void;
  close(): Promise<void> | void;
}

function fromMoto(moto: MotoProcess): Source {
  return { env: moto.env, put: (name, value) => moto.put(`claude-webui/${name}`, value), close: () => moto.kill() };
}

function fromFiles(): Source {
  const mounted = new MountedSecret();
  return { env: mounted.env, put: (name, value) => mounted.put({ [name]: value }), close: () => mounted.close() };
}

interface Connection {
  socket: Socket;
  opened: Promise<void>;
  closed: Promise<string>;
}

describeUnless(missing, 'secrets that change', () => {
  const before = { ...process.env };
  let directory: string;
  let redis: RedisProcess;
  let source: Source;
  let gateways: Gateway[];
  let upstream: Server;
  /** Keys that the model provider was shown. */
  let paidWith: string[];
  let connections: Connection[];

  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), 'secret-rotation-'));
    redis = await RedisProcess.start();
    gateways = [];
    connections = [];
    paidWith = [];
    upstream = createServer((request, response) => {
      paidWith.push(String(request.headers['x-api-key']));
      response.end('{}');
    });
    await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve));
  });

  afterEach(async () => {
    for (const { socket } of connections) socket.disconnect();
    const { token } = await signIn(0, 'root').catch(() => ({ token: '' }));
    const { sessions = [] } = token === '' ? {} : (await call(0, 'GET', '/api/v1/sessions?all=true', token)).body;
    for (const { id } of sessions) await call(0, 'DELETE', `/api/v1/sessions/${id}`, token);
    for (const gateway of gateways) await gateway.close();
    await source.close();
    await redis.kill();
    upstream.closeAllConnections();
    upstream.close();
    rmSync(directory, { recursive: true, force: true });
    process.env = { ...before };
  });

  /** @param at which replica */
  async function start(at: number): Promise<Gateway> {
    // The SDK looks for its credentials by itself.
    Object.assign(process.env, source.env);
    const config = loadConfig({
      NODE_ENV: 'production',
      HOST: '127.0.0.1',
      PORT: '0',
      INTERNAL_PORT: '0',
      LOG_LEVEL: 'silent',
      AUDIT_LOG: join(directory, `audit-${at}.jsonl`),
      DATA_DIR: join(directory, `data-${at}`),
      CLAUDE_WORKING_DIR: join(directory, 'sessions'),
      SESSION_ISOLATION: 'off',
      RATE_LIMIT_MAX_REQUESTS: '1000000',
      MAX_SESSIONS_PER_USER: '50',
      REDIS_URL: redis.url,
      SECRETS_POLL_INTERVAL: '1',
      USER_STORE: 'secret',
      ANTHROPIC_BASE_URL: `http://127.0.0.1:${(upstream.address() as AddressInfo).port}`,
      ...source.env,
    });
    const gateway = await startGateway(config, {
      path: '/bin/sh',
      args: ['-c', 'echo "<$ANTHROPIC_BASE_URL $ANTHROPIC_AUTH_TOKEN>"; exec cat'],
    });
    gateways.push(gateway);
    return gateway;
  }

  /** The secret's content as the command line writes it. */
  async function usersSecret(...names: string[]): Promise<{ users: { username: string; disabled: boolean }[] }> {
    const file = new UserFile(join(directory, `users-${names.join('-')}.json`));
    const users = new Users(file);
    for (const name of names) await users.add(name, name === 'root' ? 'admin' : 'user', PASSWORD);
    return { users: [...file.all()] };
  }

  async function call(gateway: number, method: string, path: string, token = '', body?: object, cookie = '') {
    const response = await fetch(gateways[gateway]!.url + path, {
      method,
      headers: {
        ...(token === '' ? {} : { authorization: `Bearer ${token}` }),
        ...(cookie === '' ? {} : { cookie }),
        'content-type': 'application/json',
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return {
      status: response.status,
      cookie: cookieOf(response),
      body: (text === '' ? {} : JSON.parse(text)) as Answer,
    };
  }

  async function signIn(gateway: number, username: string): Promise<{ token: string; cookie: string }> {
    const { status, body, cookie } = await call(gateway, 'POST', '/auth/login', '', { username, password: PASSWORD });
    if (body.token === undefined) throw new Error(`nobody signed in: ${status}`);
    return { token: body.token, cookie };
  }

  function connect(gateway: number, auth: object): Connection {
    const socket: Socket = io(gateways[gateway]!.url, {
      auth,
      transports: ['websocket'],
      reconnection: false,
      forceNew: true,
    });
    const status = (state: string) =>
      new Promise<string>((resolve) => {
        socket.on('status', (told: { state: string; reason?: string }) => {
          if (told.state === state) resolve(told.reason ?? '');
        });
      });
    const isWatching = 'mode' in auth && auth.mode === 'watch';
    const opened = isWatching ? new Promise<void>((resolve) => socket.once('connect', resolve)) : status('opened');
    const connection = { socket, opened: opened.then(() => undefined), closed: status('closed') };
    connections.push(connection);
    return connection;
  }

  /** Of one person: a driver, viewers and lists, on both replicas. */
  async function connectAll(token: string): Promise<Connection[]> {
    const { id } = (await call(0, 'POST', '/api/v1/sessions', token, {})).body;
    const driver = connect(0, { token, sessionId: id, mode: 'drive' });
    await driver.opened;
    const others = Array.from({ length: CONNECTIONS - 1 }, (_, n) =>
      connect(n % 2, n % 5 === 0 ? { token, mode: 'watch' } : { token, sessionId: id, mode: 'view' }),
    );
    await Promise.all(others.map(({ opened }) => opened));
    return [driver, ...others];
  }

  const kidOf = (token: string) => decode(token, { complete: true })?.header.kid;

  /** A token of the same sign-in, once this replica signs by `kid`. */
  async function renewed(gateway: number, cookie: string, kid: string): Promise<string> {
    for (;;) {
      const { body } = await call(gateway, 'POST', '/auth/refresh', '', undefined, cookie);
      if (body.token !== undefined && kidOf(body.token) === kid) return body.token;
    }
  }

  describe.each([
    ['files', () => Promise.resolve(fromFiles())],
    ['Secrets Manager', async () => fromMoto(await MotoProcess.start())],
  ])('from %s', (_name, open) => {
    beforeEach(async () => {
      source = await open();
    });

    test('a new key signs at once and 50 connections stay; who is disabled goes; a withdrawn key ends what it has signed', async () => {
      const [k1, k2] = [newKey(), newKey()];
      const kept = await usersSecret('root', 'alice', 'bob', 'carol');
      await source.put('jwt', { active: 'k1', keys: { k1 } });
      await source.put('users', kept);
      await start(0);
      await start(1);
      const alice = await signIn(0, 'alice');
      const [bob, carol] = [await signIn(0, 'bob'), await signIn(1, 'carol')];
      const all = await connectAll(alice.token);
      const leaving = [0, 1].map((at) => connect(at, { token: [bob, carol][at]!.token, mode: 'watch' }));
      await Promise.all(leaving.map(({ opened }) => opened));

      // The key is rotated; then one is disabled and one removed, whose going shows that everybody was looked at since.
      await source.put('jwt', { active: 'k2', keys: { k1, k2 } });
      const fresh = [await renewed(0, alice.cookie, 'k2'), await renewed(1, alice.cookie, 'k2')];
      const users = kept.users.filter(({ username }) => username !== 'carol');
      let since = performance.now();
      await source.put('users', { users: users.map((user) => ({ ...user, disabled: user.username === 'bob' })) });
      expect(await Promise.all(leaving.map(({ closed }) => closed))).toEqual(['signed-out', 'signed-out']);
      expect(performance.now() - since).toBeLessThan(OUT_WITHIN_MS);
      expect(all.filter(({ socket }) => socket.connected)).toHaveLength(CONNECTIONS);
      for (const token of [alice.token, ...fresh])
        for (const at of [0, 1]) expect((await call(at, 'GET', '/auth/me', token)).status).toBe(200);
      for (const { token, cookie } of [bob, carol])
        for (const at of [0, 1]) {
          expect((await call(at, 'GET', '/auth/me', token)).status).toBe(401);
          expect((await call(at, 'POST', '/auth/refresh', '', undefined, cookie)).status).toBe(401);
        }

      // A browser renews its token and its cookie; the others are those that the old key would let in for ever.
      const { cookie } = await call(1, 'POST', '/auth/refresh', '', undefined, alice.cookie);
      expect(cookie).not.toBe('');
      const [stays, ...go] = all;
      stays!.socket.emit('authenticate', { token: fresh[0] });
      since = performance.now();
      await source.put('jwt', { active: 'k2', keys: { k2 } });
      expect(new Set(await Promise.all(go.map(({ closed }) => closed)))).toEqual(new Set(['signed-out']));
      expect(performance.now() - since).toBeLessThan(OUT_WITHIN_MS);
      expect(stays!.socket.connected).toBe(true);
      for (const at of [0, 1]) {
        expect((await call(at, 'GET', '/auth/me', alice.token)).status).toBe(401);
        expect((await call(at, 'POST', '/auth/refresh', '', undefined, alice.cookie)).status).toBe(401);
        expect((await call(at, 'POST', '/auth/refresh', '', undefined, cookie)).status).toBe(200);
        expect((await call(at, 'GET', '/auth/me', fresh[at])).status).toBe(200);
      }
    });

    test('a key that was given the name of another is not taken for it', async () => {
      await source.put('jwt', { active: 'k1', keys: { k1: newKey() } });
      await source.put('users', await usersSecret('root'));
      await start(0);
      const { token } = await signIn(0, 'root');
      const watching = connect(0, { token, mode: 'watch' });
      await watching.opened;
      await source.put('jwt', { active: 'k1', keys: { k1: newKey() } });
      expect(await watching.closed).toBe('signed-out');
      expect((await call(0, 'GET', '/auth/me', token)).status).toBe(401);
      const changes = () =>
        readFileSync(join(directory, 'audit-0.jsonl'), 'utf8')
          .split('\n')
          .filter((line) => line.includes('"auth.keys-changed"'));
      while (changes().length === 0) await setImmediate();
      expect(changes().map((line) => JSON.parse(line) as unknown)).toMatchObject([
        { outcome: 'success', actor: { kind: 'gateway' }, active: 'k1', withdrawn: ['k1'] },
      ]);
    });

    test('the model provider is paid with the new key from the next call on', async () => {
      await source.put('jwt', { active: 'k1', keys: { k1: newKey() } });
      await source.put('users', await usersSecret('root'));
      await source.put('anthropic', { apiKey: 'sk-first' });
      await start(0);
      const { token } = await signIn(0, 'root');
      const { socket } = connect(0, { token });
      const [, base = '', modelToken = ''] = await told(socket, /<(\S+)\s+([\w.\s-]+)>/);
      const pay = () =>
        fetch(`${base}/v1/messages`, {
          method: 'POST',
          headers: { authorization: `Bearer ${modelToken.replace(/\s/g, '')}` },
          body: '{}',
        });
      expect((await pay()).status).toBe(200);
      expect(paidWith).toEqual(['sk-first']);
      await source.put('anthropic', { apiKey: 'sk-second' });
      while (paidWith.at(-1) !== 'sk-second') expect((await pay()).status).toBe(200);
    });
  });

  describe('Secrets Manager', () => {
    let moto: MotoProcess;
    beforeEach(async () => {
      moto = await MotoProcess.start();
      source = fromMoto(moto);
    });

    test('a replica that meets a key it has not read of reads it then', async () => {
      const [k1, k2] = [newKey(), newKey()];
      await source.put('jwt', { active: 'k1', keys: { k1 } });
      await source.put('users', await usersSecret('root'));
      source.env['SECRETS_POLL_INTERVAL'] = '1';
      await start(0);
      const { cookie } = await signIn(0, 'root');
      source.env['SECRETS_POLL_INTERVAL'] = '3600';
      await start(1);
      await source.put('jwt', { active: 'k2', keys: { k1, k2 } });
      const fresh = await renewed(0, cookie, 'k2');
      for (let status = 401; status !== 200;) ({ status } = await call(1, 'GET', '/auth/me', fresh));
    });

    test('that goes away, and comes back empty, is counted; what was read last goes on', async () => {
      await source.put('jwt', { active: 'k1', keys: { k1: newKey() } });
      await source.put('users', await usersSecret('root'));
      await source.put('anthropic', 'sk-first');
      await start(0);
      const { token } = await signIn(0, 'root');
      const failures = async () => {
        const text = await (await fetch(`${gateways[0]!.url}/metrics`)).text();
        return Number(/^secret_read_failures_total\{secret="users"\} (\d+)/m.exec(text)?.[1] ?? 0);
      };
      await moto.kill();
      while ((await failures()) === 0);
      expect((await call(0, 'GET', '/auth/me', token)).status).toBe(200);
      await signIn(0, 'root');
      await moto.start();
      const seen = await failures();
      while ((await failures()) <= seen + 1);
      await signIn(0, 'root');
      expect((await call(0, 'GET', '/ready')).status).toBe(200);
    });

    test.each([
      [
        'there is no key set',
        () => undefined,
        'claude-webui/jwt of AWS Secrets Manager in eu-central-1 is not there. Use "aws',
      ],
      [
        'a key is weak',
        () => source.put('jwt', { active: 'k1', keys: { k1: 'change-me-change-me-change-me-123' } }),
        '"k1" is a placeholder, not a secret. Replace it by',
      ],
      ['it is away', () => moto.kill(), 'cannot be read: Secrets Manager does not answer ('],
    ])('and a start where %s: nothing starts, and it says what to do', async (_what, prepare, sentence) => {
      await prepare();
      await expect(start(0)).rejects.toThrow(sentence);
    });
  });
});

interface Answer {
  token?: string;
  id?: string;
  sessions?: { id: string }[];
}

function cookieOf(response: Response): string {
  return /claude_webui_refresh=[^;]+/.exec(response.headers.getSetCookie().join('\n'))?.[0] ?? '';
}

/** What a session's program says, once it matches. */
function told(socket: Socket, pattern: RegExp): Promise<RegExpExecArray> {
  let output = '';
  return new Promise((resolve) => {
    socket.on('output', ({ data }: { data: string }) => {
      output += data;
      const found = pattern.exec(output);
      if (found !== null) resolve(found);
    });
  });
}
