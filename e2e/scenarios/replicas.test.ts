/** Several gateways, each its own process, behind a real nginx and with a real Redis. */
import { createHash } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { io } from 'socket.io-client';
import { stringify } from 'yaml';
import { jsonCall } from '@claude-webui/testing/http/json-call';
import { describeUnless } from '@claude-webui/testing/unless';
import { onFreePorts } from '@claude-webui/testing/on-free-ports';
import { RedisProcess, noRedis } from '@claude-webui/testing/processes/redis-process';
import { TerminalClient } from '@claude-webui/testing/page/terminal-client';
import type { GatewayProcess } from '../system/gateway-process';
import { startGatewayProcess } from '../system/gateway-process';
import type { RoundRobin } from '../system/round-robin';
import { noNginx, startRoundRobin } from '../system/round-robin';
import { startSeverableProxy } from '../system/severable-proxy';

const PASSWORD = 'correct horse battery';
const FAKETIME = '/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1';
const missing = noRedis ?? noNginx;

describeUnless(missing, 'replicas', () => {
  let directory: string;
  let shell: string;
  let redis: RedisProcess;
  let proxy: RoundRobin;
  let ports: number[];
  let gateways: GatewayProcess[];
  let token: string;
  const clients: TerminalClient[] = [];

  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), 'replicas-'));
    // A shell, which a policy lets sessions start.
    shell = join(directory, 'shell');
    writeFileSync(shell, '#!/bin/sh\nstty -echo\nPS1= exec /bin/bash --norc --noprofile\n');
    chmodSync(shell, 0o700);
    const policy = { version: 1, everyone: { programs: { others: [{ path: shell }] } } };
    writeFileSync(join(directory, 'policy.yaml'), stringify(policy));
    redis = await RedisProcess.start();
    ports = [];
    gateways = [];
    await startAnother();
    await startAnother();
    proxy = await startRoundRobin(ports);
    const answer = await call('POST', '/auth/login', { username: 'admin', password: PASSWORD });
    ({ token } = answer as { token: string });
  });

  afterEach(async () => {
    for (const client of clients.splice(0)) client.close();
    const { sessions } = (await call('GET', '/api/v1/sessions')) as { sessions: { id: string }[] };
    await Promise.all(sessions.map(({ id }) => call('DELETE', `/api/v1/sessions/${id}`)));
    for (const gateway of gateways) await gateway.close();
    await proxy.close();
    await redis.kill();
    rmSync(directory, { recursive: true, force: true });
  });

  /** On a port that it has for good, as the proxy knows it. */
  async function startAnother(): Promise<void> {
    const at = gateways.length;
    gateways[at] = await onFreePorts(1, (port) => {
      ports[at] = port;
      return start(at);
    });
  }

  function start(at: number, env: Record<string, string> = {}): Promise<GatewayProcess> {
    return startGatewayProcess({
      PORT: String(ports[at]),
      INTERNAL_PORT: '0',
      LOG_LEVEL: 'warn',
      TRUST_PROXY: '1',
      REDIS_URL: redis.url,
      DATA_DIR: join(directory, 'data'),
      AUDIT_LOG: 'off',
      CLAUDE_WORKING_DIR: join(directory, 'sessions'),
      CLAUDE_WEBUI_ADMIN_PASSWORD: PASSWORD,
      POLICY_FILE: join(directory, 'policy.yaml'),
      SESSION_ISOLATION: 'off',
      MAX_SESSIONS: '100',
      MAX_SESSIONS_PER_USER: '100',
      RATE_LIMIT_MAX_REQUESTS: '100000',
      ...env,
    });
  }

  const call = (method: string, path: string, body?: object, base = proxy.url) =>
    jsonCall(base, token, method, path, body);

  async function attached(base = proxy.url): Promise<TerminalClient> {
    const { id } = (await call('POST', '/api/v1/sessions', { program: shell })) as { id: string };
    const client = new TerminalClient(base, token, id);
    clients.push(client);
    await client.attached();
    client.type('echo R""EADY\n');
    await client.shows('READY');
    return client;
  }

  /** What `seq` prints, as a terminal shows it. */
  const hashOfSeq = (last: number) => {
    const hash = createHash('sha256').update('\r\n');
    for (let n = 1; n <= last; n += 1) hash.update(`${n}\r\n`);
    return hash.digest('hex');
  };
  const LAST = 2_000_000;
  const flood = (client: TerminalClient) => client.type(`echo B""EGIN; seq ${LAST}; echo E""ND\n`);
  const expectWhole = (client: TerminalClient) => expect(client.hashBetween('BEGIN', 'END')).toBe(hashOfSeq(LAST));

  test('any replica serves any browser, with nothing that holds them to one', async () => {
    const all = await Promise.all(Array.from({ length: 6 }, () => attached()));
    all.forEach((client, n) => client.type(`echo n""umber ${n}\n`));
    await Promise.all(all.map((client, n) => client.shows(`number ${n}`)));
  });

  test.each([
    ['two gateways', 2, [0, 1, 0]],
    ['three gateways', 3, [0, 1, 2, 1]],
  ])('%s killed in mid-output, one after the other, lose not one byte and repeat none', async (_all, count, killed) => {
    while (gateways.length < count) await startAnother();
    const before = await startRoundRobin(ports);
    const client = await attached(before.url);
    flood(client);
    for (const [round, at] of killed.entries()) {
      await client.hasReceived((round + 1) * 2_500_000);
      await gateways[at]!.kill();
      gateways[at] = await start(at);
    }
    await client.shows('END');
    expectWhole(client);
    expect(client.phases).toContain('reconnecting');
    client.close();
    await before.close();
  });

  test('a gateway that is stopped hands its clients over without a gap, a lost byte or a repeated key', async () => {
    const all = await Promise.all(Array.from({ length: 4 }, () => attached()));
    const [first, ...others] = all;
    flood(first!);
    await first!.hasReceived(2_000_000);
    const log: string[] = [];
    for (const at of [0, 1]) {
      const stopped = gateways[at]!.close();
      others.forEach((client, n) => client.type(`echo k""ey ${at} ${n}\n`));
      log.push(String(await stopped));
      gateways[at] = await start(at);
      await Promise.all(others.map((client, n) => client.shows(`key ${at} ${n}`)));
    }
    await first!.shows('END');
    expectWhole(first!);
    expect(log).toEqual(['0', '0']);
    for (const client of all) expect(client.phases).not.toContain('reconnecting');
  });

  test('a client that is not let in elsewhere at once keeps its old gateway until it is', async () => {
    await gateways[1]!.close();
    const door = await startSeverableProxy(proxy.url);
    const client = await attached(door.url);
    gateways[1] = await start(1);
    flood(client);
    await client.hasReceived(2_000_000);
    const refused = door.refuse();
    const stopped = gateways[0]!.close();
    await refused;
    door.mend();
    await client.shows('END');
    expectWhole(client);
    expect(await stopped).toBe(0);
    client.type('echo e""lsewhere\n');
    await client.shows('elsewhere');
    expect(client.phases).not.toContain('reconnecting');
    client.close();
    await door.close();
    gateways[0] = await start(0);
  });

  test('a client whose next attempt hangs makes another, in time to lose nothing', async () => {
    const door = await startSeverableProxy(proxy.url);
    const client = await attached(door.url);
    flood(client);
    await client.hasReceived(2_000_000);
    await door.swallow();
    const hung = performance.now();
    door.mend();
    await client.shows('END');
    // Nothing else ends an attempt that is never answered; the rest of the flood takes a second.
    expect(performance.now() - hung).toBeLessThan(12_000);
    expectWhole(client);
    client.close();
    await door.close();
  });

  test('a gateway that stops says so on /ready before it takes no more connections', async () => {
    await gateways[1]!.close();
    gateways[1] = await start(1, { DRAIN_DELAY: '1' });
    const base = gateways[1].url;
    const stopped = gateways[1].close();
    let status = 0;
    while (status !== 503) ({ status } = await fetch(`${base}/ready`));
    expect((await fetch(`${base}/health`)).status).toBe(200);
    expect(await stopped).toBe(0);
    await expect(fetch(`${base}/health`)).rejects.toThrow();
    gateways[1] = await start(1);
  });

  test('long-polling works where the affinity cookie holds it to one replica', async () => {
    const { id } = (await call('POST', '/api/v1/sessions', { program: shell })) as { id: string };
    const socket = io(proxy.urlWithoutWebSockets, {
      transports: ['websocket', 'polling'],
      tryAllTransports: true,
      withCredentials: true,
      forceNew: true,
      auth: { token, sessionId: id },
    });
    let output = '';
    const shown = new Promise<void>((resolve) => {
      socket.on('output', ({ data }: { data: string }) => {
        output += data;
        if (output.includes('polled 42')) resolve();
      });
    });
    socket.on('status', ({ state }: { state: string }) => {
      if (state === 'opened') socket.emit('input', { data: 'echo p""olled $((6*7))\n' });
    });
    await shown;
    socket.disconnect();
  });

  test('50 sessions in use do not notice that Redis was killed and came back empty', async () => {
    const all = await Promise.all(Array.from({ length: 50 }, () => attached()));
    const count = `perl -e '$|=1; for (1..300) { print "$_\\n"; select(undef, undef, undef, 0.03) }'`;
    all.forEach((client) => client.type(`${count}; echo A""LL\n`));
    await Promise.all(all.map((client) => client.shows('\n50\r')));
    // Fifty at once may have had to try twice to get in.
    const before = all.map((client) => client.phases.length);
    await redis.kill();
    await Promise.all(all.map((client) => client.shows('\n150\r')));
    await redis.start();
    await Promise.all(all.map((client) => client.shows('ALL')));
    all.forEach((client, index) => expect(client.phases.slice(before[index])).not.toContain('reconnecting'));
    for (let listed = 0; listed < 50;) {
      const answer = await call('GET', '/api/v1/sessions').catch(() => ({ sessions: [] }));
      listed = (answer as { sessions: { state: string }[] }).sessions.filter(({ state }) => state === 'ready').length;
    }
  }, 120_000);

  test.each([60, -60])('a gateway whose clock is %i s off is one like the others', async (seconds) => {
    await gateways[1]!.close();
    gateways[1] = await start(1, {
      LD_PRELOAD: FAKETIME,
      FAKETIME: `${seconds > 0 ? '+' : ''}${seconds}s`,
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
    });
    const [here, there] = [gateways[0]!.url, gateways[1].url];
    const { user } = (await call('GET', '/auth/me', undefined, there)) as { user: { id: string } };
    await call('POST', `/auth/password`, { current: PASSWORD, new: `${PASSWORD}!` }, there);
    const signedIn = await call('POST', '/auth/login', { username: 'admin', password: `${PASSWORD}!` }, here);
    ({ token } = signedIn as { token: string });
    for (const base of [here, there]) {
      expect(await call('GET', '/auth/me', undefined, base)).toMatchObject({ user: { id: user.id } });
      await attached(base);
    }
  });
});
