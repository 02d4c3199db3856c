/**
 * The gateway's kubernetes backend against a real API server, with the web page's own connection in front, and real
 * session-runners as the pods. The operator is played: what it would write into the status, the test writes.
 */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { KubeConfig } from '@kubernetes/client-node';
import { testUnless } from '@claude-webui/testing/unless';
import { onFreePorts } from '@claude-webui/testing/on-free-ports';
import { jsonCall } from '@claude-webui/testing/http/json-call';
import { RedisProcess, noRedis } from '@claude-webui/testing/processes/redis-process';
import { ClusterSessions } from '@claude-webui/gateway/testing/cluster-sessions';
import { readyRecord } from '@claude-webui/gateway/testing/session-record';
import { ControlPlane } from '@claude-webui/testing/processes/control-plane';
import { installDefinitions } from '@claude-webui/operator/testing/world';
import { newKeys, RunningPod } from '@claude-webui/session-runner/testing/running-pod';
import { TerminalClient } from '@claude-webui/testing/page/terminal-client';
import type { GatewayProcess } from '../system/gateway-process';
import { startGatewayProcess } from '../system/gateway-process';

const PASSWORD = 'correct horse battery';
const NAMESPACE = 'claude-sessions';
const keys = newKeys();

let plane: ControlPlane;
let gateway: GatewayProcess;
let directory: string;
let bindKeyFile: string;
let token: string;
const pods: RunningPod[] = [];
const clients: TerminalClient[] = [];

beforeAll(async () => {
  plane = await ControlPlane.start([{ name: 'gateway' }]);
  installDefinitions(plane);
  plane.kubectl(['create', 'namespace', NAMESPACE]);
  // All that a gateway may do in a cluster.
  plane.kubectl([
    '-n',
    NAMESPACE,
    'create',
    'role',
    'gateway',
    '--verb=create,get,list,watch,patch,delete',
    `--resource=${RESOURCE}`,
  ]);
  plane.kubectl(['-n', NAMESPACE, 'create', 'rolebinding', 'gateway', '--role=gateway', '--user=gateway']);
});
afterAll(() => plane.close());

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'pods-test-'));
  bindKeyFile = join(directory, 'runner-bind');
  writeFileSync(bindKeyFile, keys.privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
  gateway = await startGateway();
  const answer = await call('POST', '/auth/login', { username: 'admin', password: PASSWORD });
  ({ token } = answer as { token: string });
});
afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
  plane.kubectl(['-n', NAMESPACE, 'delete', RESOURCE, '--all', '--wait=false']);
  for (const pod of pods.splice(0)) await pod.end();
  await gateway.close();
  rmSync(directory, { recursive: true, force: true });
});

const RESOURCE = 'claudesessions.claude-webui.io';

function startGateway(env: Record<string, string> = {}): Promise<GatewayProcess> {
  return onFreePorts(1, (internalPort) => startGatewayAt(internalPort, env));
}

function startGatewayAt(internalPort: number, env: Record<string, string>): Promise<GatewayProcess> {
  return startGatewayProcess({
    PORT: '0',
    INTERNAL_PORT: String(internalPort),
    INTERNAL_URL: `http://127.0.0.1:${internalPort}`,
    SESSION_BACKEND: 'kubernetes',
    SESSION_NAMESPACE: NAMESPACE,
    RUNNER_BIND_KEY_FILE: bindKeyFile,
    KUBECONFIG: plane.kubeconfig('gateway'),
    LOG_LEVEL: 'info',
    DATA_DIR: join(directory, 'data'),
    AUDIT_LOG: 'off',
    CLAUDE_WEBUI_ADMIN_PASSWORD: PASSWORD,
    RATE_LIMIT_MAX_REQUESTS: '100000',
    RATE_LIMIT_MAX_REQUESTS_PER_ADDRESS: '100000',
    ...env,
  });
}

const call = (method: string, path: string, body?: object) => jsonCall(gateway.url, token, method, path, body);

async function create(): Promise<string> {
  return ((await call('POST', '/api/v1/sessions', {})) as { id: string }).id;
}

interface Listed {
  sessions: { id: string; state: string; name: string; end?: { reason: string; detail?: string } }[];
}
const list = async () => ((await call('GET', '/api/v1/sessions')) as Listed).sessions;

function open(sessionId: string): TerminalClient {
  const client = new TerminalClient(gateway.url, token, sessionId);
  clients.push(client);
  return client;
}

/** What the operator does. A session has its answer before it has its object, so that is waited for. */
function say(sessionId: string, status: object): void {
  plane.kubectl(['-n', NAMESPACE, 'wait', '--for=create', '--timeout=30s', `${RESOURCE}/${sessionId}`]);
  const patch = JSON.stringify({ status });
  plane.kubectl(['-n', NAMESPACE, 'patch', RESOURCE, sessionId, '--subresource=status', '--type=merge', '-p', patch]);
}

/** A session's place is believed only of a pod: an address that is not loopback. */
const address =
  Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .find(({ family, internal }) => family === 'IPv4' && !internal)?.address ?? 'no address but loopback';
const endpointOf = (pod: RunningPod) => pod.endpoint.replace('127.0.0.1', address);

/** A pod for the session, ready. */
async function givePod(sessionId: string): Promise<RunningPod> {
  const pod = await RunningPod.start({ program: ['/bin/cat'], keys });
  pods.push(pod);
  const { uid } = pod;
  const endpoint = endpointOf(pod);
  say(sessionId, { phase: 'Ready', reason: 'Running', message: '', podName: `pod-${uid}`, podUID: uid, endpoint });
  return pod;
}

const object = (sessionId: string) =>
  JSON.parse(plane.kubectl(['-n', NAMESPACE, 'get', RESOURCE, sessionId, '-o', 'json'])) as { spec: object };

test('a session is an object, its progress is told in the browser, and its pod is bound and attached to', async () => {
  const id = await create();
  const client = open(id);
  say(id, { phase: 'Pending', reason: 'Scheduling', message: 'Looking for a node.' });
  await client.waitsFor('scheduling');
  say(id, { phase: 'Starting', reason: 'PullingImage', message: 'Pulling.' });
  await client.waitsFor('pulling-image');
  expect(object(id).spec).toMatchObject({
    ownerName: 'admin',
    role: 'admin',
    templateRef: { name: 'default' },
    workspace: 'main',
    displayName: 'Session 1',
  });
  const pod = await givePod(id);
  await client.attached();
  client.type('hello\r');
  await client.shows('hello\r\nhello');
  expect(await pod.status()).toMatchObject({ bound: true, sessionId: id });
});

test('a session whose pod was replaced goes on in the new one, and the page shows the new screen', async () => {
  const id = await create();
  const client = open(id);
  const first = await givePod(id);
  await client.attached();
  client.type('one\r');
  await client.shows('one\r\none');
  first.process.kill('SIGKILL');
  say(id, { phase: 'Starting', reason: 'Restarting', message: 'The pod was lost.', endpoint: null, podUID: null });
  await client.waitsFor('restarting');
  await givePod(id);
  // Typed into the old one's silence, and meant for whoever comes.
  client.type('two\r');
  await client.shows('two\r\ntwo');
  expect(client.phases.at(-1)).toBe('attached');
  expect(await list()).toHaveLength(1);
});

test('a new gateway that knows nothing finds every session again, once', async () => {
  const id = await create();
  const pod = await givePod(id);
  const client = open(id);
  await client.attached();
  client.type('before\r');
  await client.shows('before\r\nbefore');
  client.close();
  await gateway.kill();
  gateway = await startGateway();
  const again = open(id);
  await again.attached();
  await again.shows('before\r\nbefore');
  expect(await list()).toMatchObject([{ id, name: 'Session 1', state: 'ready' }]);
  expect(await pod.status()).toMatchObject({ sessionId: id });
});

test('the operator says how many sessions run: one more than its limit waits, with its words', async () => {
  await gateway.close();
  gateway = await startGateway({ MAX_SESSIONS: '1', MAX_SESSIONS_PER_USER: '1' });
  await givePod(await create());
  const waiting = await create();
  const message = 'The owner has as many sessions as one may have (MAX_SESSIONS_PER_USER is 1).';
  say(waiting, { phase: 'Pending', reason: 'QuotaExceeded', message });
  await open(waiting).waitsFor('quota-exceeded');
  expect(await list()).toContainEqual(
    expect.objectContaining({ id: waiting, progress: { code: 'quota-exceeded', detail: message } }),
  );
  await givePod(waiting);
  await open(waiting).attached();
});

const why = noRedis;

testUnless(why, 'two gateways and a Redis that forgets everything keep one record of each session', async () => {
  const redis = await RedisProcess.start();
  const own = gateway;
  gateway = await startGateway({ REDIS_URL: redis.url });
  const other = await startGateway({ REDIS_URL: redis.url });
  try {
    const id = await create();
    const pod = await RunningPod.start({ program: ['/bin/cat'], keys, env: { RUNNER_PORT: '7681' } });
    pods.push(pod);
    say(id, { phase: 'Ready', reason: 'Running', podUID: pod.uid, endpoint: `http://${address}:7681` });
    const client = open(id);
    await client.attached();
    client.type('before\r');
    await client.shows('before\r\nbefore');
    client.close();
    await gateway.kill();
    await redis.kill();
    await redis.start();
    gateway = await startGateway({ REDIS_URL: redis.url });
    const again = open(id);
    await again.attached();
    await again.shows('before\r\nbefore');
    expect(await list()).toMatchObject([{ id, state: 'ready' }]);
    await call('DELETE', `/api/v1/sessions/${id}`);
    expect(await again.ended()).toMatchObject({ reason: 'terminated' });
  } finally {
    await gateway.close();
    await other.close();
    await redis.kill();
    gateway = own;
  }
});

test('a gateway that stops while a session starts leaves it to the next', async () => {
  const id = await create();
  say(id, { phase: 'Starting', reason: 'PullingImage', message: 'Pulling.' });
  expect(await gateway.close()).toBe(0);
  gateway = await startGateway();
  const client = open(id);
  await givePod(id);
  await client.attached();
});

test('an object that an administrator deletes is a session that was ended, said in the browser', async () => {
  const id = await create();
  const pod = await givePod(id);
  const client = open(id);
  await client.attached();
  plane.kubectl(['-n', NAMESPACE, 'delete', RESOURCE, id]);
  await pod.end();
  expect(await client.ended()).toMatchObject({ reason: 'terminated' });
});

test.each([
  ['Evicted', 'Failed', 'evicted'],
  ['OutOfMemory', 'Failed', 'out-of-memory'],
  ['TooManyProcesses', 'Failed', 'too-many-processes'],
  ['NodeLost', 'Failed', 'node-lost'],
  ['ImagePullFailed', 'Failed', 'image-pull-failed'],
  ['LifetimeExceeded', 'Ended', 'lifetime-exceeded'],
])('a session that is over because %s says so in the browser', async (reason, phase, expected) => {
  const id = await create();
  const client = open(id);
  say(id, { phase, reason, message: 'In words.' });
  expect(await client.ended()).toMatchObject({ reason: expected });
});

test('who ends a session deletes its object, and its runner ends in order', async () => {
  const id = await create();
  const pod = await givePod(id);
  const client = open(id);
  await client.attached();
  await call('DELETE', `/api/v1/sessions/${id}`);
  expect(await client.ended()).toMatchObject({ reason: 'terminated' });
  expect(await pod.left).toBe(0);
  expect(pod.terminationMessage).toMatchObject({ reason: 'terminated' });
  expect(() => object(id)).toThrow('NotFound');
});

test('a session that is still starting can be ended', async () => {
  const id = await create();
  const client = open(id);
  await client.waitsFor('scheduling');
  await call('DELETE', `/api/v1/sessions/${id}`);
  expect(await client.ended()).toMatchObject({ reason: 'terminated' });
  expect(() => object(id)).toThrow('NotFound');
  await gateway.close();
  expect(gateway.log()).toContain('session ended before it had started');
  expect(gateway.log()).not.toContain('"level":"error"');
});

/** What a gateway has of the cluster, without its process. */
function ownSessions(idle: { idleTimeoutMs?: number; idleWarningMs?: number } = {}): Promise<ClusterSessions> {
  const config = new KubeConfig();
  config.loadFromFile(plane.kubeconfig('gateway'));
  return ClusterSessions.open(config, { namespace: NAMESPACE, bindKey: keys.privateKey, ...idle });
}

test('a suspended session comes back for who opens it, not for a page that was there before', async () => {
  const id = await create();
  const before = open(id);
  const first = await givePod(id);
  await before.attached();
  before.type('one\r');
  await before.shows('one\r\none');
  plane.kubectl(['-n', NAMESPACE, 'patch', RESOURCE, id, '--type=merge', '-p', '{"spec":{"suspend":true}}']);
  first.process.kill('SIGTERM');
  say(id, { phase: 'Suspended', reason: 'Suspended', message: '', endpoint: null, podUID: null });
  await before.waitsFor('suspended');
  expect(object(id).spec).toMatchObject({ suspend: true });
  // Or it might be the one that types, in the end.
  before.close();
  const after = open(id);
  await after.waitsFor('suspended');
  plane.kubectl([
    '-n',
    NAMESPACE,
    'wait',
    '--for=jsonpath={.spec.suspend}=false',
    '--timeout=30s',
    `${RESOURCE}/${id}`,
  ]);
  await givePod(id);
  await after.attached();
  after.type('two\r');
  await after.shows('two\r\ntwo');
});

test.each<[string, object, object]>([
  ['suspended', { phase: 'Suspended', reason: 'Suspended' }, { state: 'starting', progress: { code: 'suspended' } }],
  ['over', { phase: 'Ended', reason: 'IdleTimeout' }, { state: 'ended', end: { reason: 'idle-timeout' } }],
])('the object of a session whose runner says that it was idle says whether it is %s', async (_, status, expected) => {
  await gateway.close();
  const own = await ownSessions({ idleTimeoutMs: 400, idleWarningMs: 100 });
  const { sessions } = own;
  try {
    const { id } = await sessions.create({ id: 'ada', role: 'user' }, {});
    const pod = await givePod(id);
    const isSo = own.until(id, ({ progress, state }) => progress?.code === 'suspended' || state === 'ended');
    await pod.left;
    expect(await sessions.get({ id: 'ada', role: 'user' }, id)).toMatchObject({ state: 'ready' });
    say(id, { ...status, message: '', endpoint: null, podUID: null });
    await isSo;
    expect(await sessions.get({ id: 'ada', role: 'user' }, id)).toMatchObject(expected);
  } finally {
    await own.close();
  }
});

test('a session that is ended before its object is there, which another gateway was making, leaves none', async () => {
  const own = await ownSessions();
  const { objects, backend } = own;
  try {
    const id = randomUUID();
    const gone = new Promise<void>((resolve) => {
      let wasThere = false;
      objects.subscribe((name) => {
        if (name !== id) return;
        wasThere ||= objects.get(id) !== undefined;
        if (wasThere && objects.get(id) === undefined) resolve();
      });
    });
    await backend.end({ ...readyRecord(null), id, state: 'starting', activity: 'starting' }, 'terminated');
    await objects.create(id, { owner: 'ada', templateRef: { name: 'default' }, workspace: 'main' });
    await gone;
  } finally {
    await own.close();
  }
});

test('a quota of the cluster that is used up is told in words', async () => {
  const hard = { [`count/${RESOURCE}`]: '0' };
  const quota = { apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: 'few' }, spec: { hard } };
  plane.kubectl(['-n', NAMESPACE, 'create', '-f', '-'], { input: JSON.stringify(quota) });
  // As the controller does, of which there is none here.
  const status = JSON.stringify({ status: { hard, used: hard } });
  plane.kubectl(['-n', NAMESPACE, 'patch', 'quota', 'few', '--subresource=status', '--type=merge', '-p', status]);
  try {
    const client = open(await create());
    const end = await client.ended();
    expect(end.reason).toBe('quota-exceeded');
    expect(end.detail).toContain('exceeded quota: few');
  } finally {
    plane.kubectl(['-n', NAMESPACE, 'delete', 'quota', 'few']);
  }
});

test.each([
  [
    'is not there',
    '/nowhere/runner-bind',
    'The file /nowhere/runner-bind of RUNNER_BIND_KEY_FILE cannot be read (ENOENT)',
  ],
  ['holds none', __filename, 'of RUNNER_BIND_KEY_FILE is not a private key as PEM. Make one with'],
])('a gateway whose key %s says so and does not start', async (_, file, sentence) => {
  await expect(startGateway({ RUNNER_BIND_KEY_FILE: file })).rejects.toThrow(sentence);
});

test('a pod that does not believe this gateway ends the session with what to look at', async () => {
  const id = await create();
  const client = open(id);
  const pod = await RunningPod.start({ program: ['/bin/cat'], keys: newKeys() });
  pods.push(pod);
  say(id, { phase: 'Ready', reason: 'Running', message: '', podUID: pod.uid, endpoint: endpointOf(pod) });
  const end = await client.ended();
  expect(end.reason).toBe('start-failed');
  expect(end.detail).toContain('RUNNER_BIND_KEY');
});

test('the API server may go and come back; what changed meanwhile is seen', async () => {
  const id = await create();
  const client = open(id);
  await client.waitsFor('scheduling');
  await plane.restartApiServer();
  const pod = await givePod(id);
  await client.attached();
  expect(await pod.status()).toMatchObject({ bound: true, sessionId: id });
});
