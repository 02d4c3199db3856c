/** A Redis that takes connections and never answers: terminals go on, the rest says so, and the process can be stopped. */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { RedisProcess, noRedis } from '@claude-webui/testing/processes/redis-process';
import type { AttachedTerminal } from './testing/gateway-process';
import { GatewayProcess } from './testing/gateway-process';
import { STUBBORN, stubbornPeer } from './testing/stubborn-peers';
import { TcpProxy } from './testing/tcp-proxy';

/** What the chart and compose give a gateway to end in. Milliseconds. */
const GRACE_MS = 40_000;
/** From the last answer of Redis to a readiness that says so. Milliseconds. */
const NOTICED_MS = 10_000;
const POLICY = { version: 1, everyone: { programs: { others: [{ path: '/bin/cat' }] } } };

(noRedis === null ? describe : describe.skip)(`a hung Redis${noRedis === null ? '' : ` (skipped: ${noRedis})`}`, () => {
  let directory: string;
  let redis: RedisProcess;
  let way: TcpProxy;
  let gateway: GatewayProcess;
  let token: string;
  let sessionId: string;
  let terminal: AttachedTerminal;
  let peers: Socket[];

  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), 'cwui-hung-redis-'));
    writeFileSync(join(directory, 'policy.yaml'), stringify(POLICY));
    peers = [];
    redis = await RedisProcess.start();
    way = await TcpProxy.to(redis.port);
    gateway = await GatewayProcess.start(environment());
    token = await gateway.signIn();
    sessionId = await gateway.session(token);
    terminal = await gateway.attach(token, sessionId);
    await terminal.echoes();
  });

  afterEach(async () => {
    terminal.close();
    for (const peer of peers) peer.destroy();
    way.goOn();
    // Its runner lives on until a gateway ends its session.
    if (!gateway.isAlive) gateway = await GatewayProcess.start(environment());
    while ((await gateway.call('DELETE', `/api/v1/sessions/${sessionId}`, token)).status >= 500);
    await gateway.end('SIGTERM');
    way.close();
    await redis.kill();
    rmSync(directory, { recursive: true, force: true });
  });

  const secret = randomBytes(48).toString('base64');
  const environment = () => ({
    REDIS_URL: `redis://127.0.0.1:${way.port}`,
    JWT_SECRET: secret,
    DATA_DIR: join(directory, 'data'),
    CLAUDE_WORKING_DIR: join(directory, 'sessions'),
    POLICY_FILE: join(directory, 'policy.yaml'),
  });

  test('terminals go on, /ready says so in time, and all is well when it answers again', async () => {
    way.stall();
    const since = performance.now();
    await terminal.echoes();
    expect(await gateway.status('/health')).toBe(200);
    await gateway.answersReady(503);
    expect(performance.now() - since).toBeLessThan(NOTICED_MS);
    await terminal.echoes();
    expect((await gateway.call('GET', '/api/v1/sessions', token)).status).toBe(503);
    way.goOn();
    await gateway.answersReady(200);
    expect((await gateway.call('GET', `/api/v1/sessions/${sessionId}`, token)).status).toBe(200);
    await terminal.echoes();
  });

  test('with peers that never read, a gateway that is to stop ends in its grace', async () => {
    peers = STUBBORN.map((words) => stubbornPeer(gateway.port, words(token, sessionId)));
    await Promise.all(peers.map((peer) => once(peer, 'connect')));
    await terminal.echoes();
    way.stall();
    const since = performance.now();
    gateway.child.kill('SIGTERM');
    expect(await gateway.left).toBe(0);
    expect(performance.now() - since).toBeLessThan(GRACE_MS);
  });

  test('one that starts says what is the matter, and leaves', async () => {
    way.stall();
    await expect(GatewayProcess.start(environment())).rejects.toThrow(/Redis does not answer/);
  });
});
