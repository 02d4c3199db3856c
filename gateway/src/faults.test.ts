/** Garbage at every edge at which a gateway hears of others: its process goes on, and so do the terminals in it. */
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { stringify } from 'yaml';
import { LONG, NONSENSE, variantsOf } from '@claude-webui/testing/http/nonsense';
import { describeUnless } from '@claude-webui/testing/unless';
import { RedisProcess, noRedis } from '@claude-webui/testing/processes/redis-process';
import type { AttachedTerminal } from './testing/gateway-process';
import { PASSWORD } from './testing/environment';
import { GatewayProcess } from './testing/gateway-process';

/** Longer than everything that a gateway does anew by itself. */
const RECOVERY_MS = 60_000;
const PREFIX = '{faults}:';
const POLICY = { version: 1, everyone: { programs: { others: [{ path: '/bin/cat' }] } } };

describeUnless(noRedis, 'garbage', () => {
  let directory: string;
  let redis: RedisProcess;
  let outsider: Redis;
  let gateway: GatewayProcess;
  let token: string;
  let sessionId: string;
  let terminal: AttachedTerminal;
  /** What was really said on each channel. */
  const real = new Map<string, Set<string>>();

  const environment = () => ({
    REDIS_URL: redis.url,
    REDIS_KEY_PREFIX: PREFIX,
    DATA_DIR: join(directory, 'data'),
    CLAUDE_WORKING_DIR: join(directory, 'sessions'),
    POLICY_FILE: join(directory, 'policy/policy.yaml'),
    SECRETS_PROVIDER: 'files',
    SECRETS_DIR: join(directory, 'secrets'),
    SECRETS_POLL_INTERVAL: '1',
  });
  const policyFile = () => join(directory, 'policy/policy.yaml');
  const jwtFile = () => join(directory, 'secrets/jwt');
  const jwt = JSON.stringify({ active: 'k1', keys: { k1: randomBytes(48).toString('base64') } });
  const stops: (() => unknown)[] = [];

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'cwui-faults-'));
    stops.push(() => rmSync(directory, { recursive: true, force: true }));
    for (const name of ['policy', 'secrets', 'data']) mkdirSync(join(directory, name));
    writeFileSync(policyFile(), stringify(POLICY));
    writeFileSync(jwtFile(), jwt);
    redis = await RedisProcess.start();
    stops.push(() => redis.kill());
    outsider = new Redis(redis.url);
    stops.push(() => outsider.disconnect());
    const listener = new Redis(redis.url);
    stops.push(() => listener.disconnect());
    await listener.psubscribe('*');
    listener.on('pmessage', (_pattern: string, channel: string, message: string) => {
      const said = real.get(channel) ?? new Set();
      real.set(channel, said.add(message));
    });
    gateway = await GatewayProcess.start(environment());
    stops.push(() => gateway.end('SIGTERM'));
    token = await gateway.signIn();
    sessionId = await gateway.session(token);
    stops.push(() => gateway.call('DELETE', `/api/v1/sessions/${sessionId}`, token));
    terminal = await gateway.attach(token, sessionId);
    stops.push(() => terminal.close());
    await touchAll();
    // Each topic that gateways have has been heard of.
    while (!['sessions:changed', 'links', 'revoked'].every((topic) => real.has(PREFIX + topic)))
      await terminal.echoes();
    listener.removeAllListeners('pmessage');
  });

  afterAll(async () => {
    for (const stop of stops.splice(0).reverse()) await stop();
  });

  /** Each kind of request that reads or writes Redis. Resolves with the statuses. */
  async function touchAll(): Promise<number[]> {
    const at = `/api/v1/sessions/${sessionId}`;
    const second = await gateway.call('POST', '/auth/login', null, { username: 'bob', password: 'wrong' });
    const login = await gateway.call('POST', '/auth/login', null, { username: 'admin', password: PASSWORD });
    const other = login.status === 200 ? (JSON.parse(login.body) as { token: string }).token : null;
    const answers = [
      second,
      login,
      await gateway.call('GET', '/api/v1/sessions', token),
      await gateway.call('GET', at, token),
      await gateway.call('POST', `${at}/shares`, token, { expiresInSeconds: 3600 }),
      await gateway.call('GET', `${at}/shares`, token),
      await gateway.call('POST', '/api/v1/admin/notices', token, { text: 'hello' }),
      ...(other === null ? [] : [await gateway.call('POST', '/auth/logout', other)]),
    ];
    return answers.map(({ status }) => status);
  }

  /** The process lives, is ready, and shows what is typed. */
  async function serves(): Promise<void> {
    if (!gateway.isAlive) throw new Error(`the gateway has left: ${gateway.lastWords}`);
    await terminal.echoes();
    expect(await gateway.status('/health')).toBe(200);
    expect(await gateway.status('/ready')).toBe(200);
  }

  /** Nothing was lost either: the session can be found, shared, and attached to anew. */
  async function recovers(): Promise<void> {
    await serves();
    const end = performance.now() + RECOVERY_MS;
    for (;;) {
      const statuses = await touchAll();
      if (statuses.every((status) => status < 500)) break;
      if (performance.now() > end) throw new Error(`it does not recover: ${statuses.join(' ')}`);
    }
    for (;;) {
      const { status } = await gateway.call('GET', `/api/v1/sessions/${sessionId}`, token);
      if (status === 200) break;
    }
    const before = terminal;
    terminal = await gateway.attach(token, sessionId);
    before.close();
    await serves();
  }

  test('on each channel', async () => {
    const channels = new Set([...((await outsider.call('PUBSUB', 'CHANNELS', '*')) as string[]), ...real.keys()]);
    expect([...channels]).toEqual(expect.arrayContaining([`${PREFIX}proven`, `${PREFIX}revoked`, `${PREFIX}links`]));
    for (const channel of channels) {
      for (const message of NONSENSE) await outsider.publish(channel, message);
      await serves();
    }
    await recovers();
  });

  test('on each channel, like a message of ours but for one place', async () => {
    for (const [channel, messages] of real) {
      const [sample = 'null'] = messages;
      let variants: unknown;
      try {
        variants = JSON.parse(sample);
      } catch {
        continue;
      }
      for (const variant of variantsOf(variants)) await outsider.publish(channel, JSON.stringify(variant));
      await serves();
    }
    await recovers();
  });

  type Put = (key: string) => Promise<unknown>;
  const foreign: [string, Put][] = [
    ['a string', (key) => outsider.multi().del(key).set(key, 'nonsense').exec()],
    ['a list', (key) => outsider.multi().del(key).rpush(key, 'nonsense').exec()],
    ['a hash', (key) => outsider.multi().del(key).hset(key, 'nonsense', 'nonsense').exec()],
    ['a sorted set', (key) => outsider.multi().del(key).zadd(key, '1e300', 'nonsense').exec()],
  ];
  const keys = async () => [...new Set([...(await outsider.keys('*')), `${PREFIX}proven`])];

  test.each(foreign)('each key in turn is %s', async (_what, put) => {
    for (const key of await keys()) {
      await put(key);
      const statuses = await touchAll();
      expect([key, statuses.filter((status) => status >= 500 && status !== 503)]).toEqual([key, []]);
      await serves();
    }
    await recovers();
  });

  test.each(foreign)('all keys are %s, while it runs and when another starts', async (_what, put) => {
    for (const key of await keys()) {
      await put(key);
    }
    await serves();
    const other = await GatewayProcess.start(environment());
    expect(await other.status('/ready')).toBe(200);
    expect(await other.end('SIGTERM')).toBe(0);
    await recovers();
  });

  test('what is in the keys is nonsense', async () => {
    for (const key of await keys()) {
      const type = await outsider.type(key);
      for (const value of NONSENSE.slice(0, 16)) {
        if (type === 'string') await outsider.set(key, value);
        if (type === 'zset') await outsider.zadd(key, 1e15, value);
        if (type !== 'hash') continue;
        // Who keeps a session is believed.
        for (const field of await outsider.hkeys(key)) if (field !== 'keeper') await outsider.hset(key, field, value);
      }
      const statuses = await touchAll();
      expect([key, statuses.filter((status) => status >= 500 && status !== 503)]).toEqual([key, []]);
      await serves();
    }
    // What stands in a record of the right kind is believed; it is gone with its key.
    await outsider.flushall();
    await recovers();
  });

  test('in the policy, which is followed', async () => {
    // Of those that are too long to be read only the first is told.
    for (const garbage of NONSENSE.filter((text) => text.length <= LONG.length)) {
      const failures = await gateway.metric('policy_reload_failures_total');
      writeFileSync(policyFile(), garbage);
      while ((await gateway.metric('policy_reload_failures_total')) === failures) await terminal.echoes();
      await serves();
    }
    writeFileSync(policyFile(), stringify(POLICY));
    await recovers();
  });

  test('in the signing keys, which are followed', async () => {
    for (const garbage of ['', '{', 'null', '[]', '{}', '{"active":"__proto__","keys":{}}', LONG]) {
      const failures = await gateway.metric('secret_read_failures_total');
      writeFileSync(jwtFile(), garbage);
      while ((await gateway.metric('secret_read_failures_total')) === failures) await terminal.echoes();
      await serves();
    }
    writeFileSync(jwtFile(), jwt);
    await recovers();
  });

  test('in the file of people', async () => {
    const file = join(directory, 'data/users.json');
    for (const garbage of [...NONSENSE, '{"users":[{"__proto__":{}}]}', '{"users":[{"id":1}]}']) {
      writeFileSync(file, garbage);
      expect((await gateway.call('GET', '/api/v1/admin/users', token)).status).toBe(200);
      await serves();
    }
    rmSync(file);
    mkdirSync(file);
    expect((await gateway.call('GET', '/api/v1/admin/users', token)).status).toBe(200);
    rmSync(file, { recursive: true });
    await recovers();
  });
});
