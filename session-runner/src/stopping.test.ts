/** SIGTERM ends a runner in its grace, whatever its program, its gateways and strangers do or leave undone. */
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { connect } from 'node:net';
import type { NetConnectOpts } from 'node:net';
import { head } from '@claude-webui/testing/http/raw-peer';
import { sessionProcesses } from './processes/session-processes';
import { RunningPod } from './testing/running-pod';
import { RunningSession } from './testing/running-session';

/** A program has 3 s, the word of the end 3 and connections 5; some for a busy machine. Docker and Kubernetes wait 10 to 30. Milliseconds. */
const GRACE_MS = 20_000;
/** It does not go when it is asked to, and puts out without end. */
const STUBBORN_PROGRAM = 'trap "" HUP TERM; while :; do echo y; done';

let peers: Socket[];
beforeEach(() => (peers = []));
afterEach(() => {
  for (const peer of peers) peer.destroy();
});

/** Peers that begin something, do not read, and do not go. */
async function stubbornPeers(
  where: NetConnectOpts,
  token: (scope: 'drive' | 'control' | 'files') => string,
): Promise<void> {
  const as = (scope: 'drive' | 'control' | 'files') => `Authorization: Bearer ${token(scope)}`;
  const upgrade = [
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
  ];
  const beginnings = [
    '',
    'GET /healthz HTTP/1.1\r\n',
    head('GET', '/attach?client=a', as('drive'), ...upgrade),
    head('GET', '/control', as('control'), ...upgrade),
    `${head('PUT', '/workspace/files/half', as('files'), 'Content-Length: 1000')}half`,
    `${head('POST', '/workspace/changes', as('files'), 'Content-Type: application/json', 'Content-Length: 14')}{"folders":[]}`,
    `${head('POST', '/model-call', as('control'), 'Content-Length: 100')}{`,
    `${head('PUT', '/session', 'Content-Length: 100')}{`,
  ];
  for (const words of beginnings) {
    const peer = connect({ ...where, allowHalfOpen: true });
    peers.push(peer);
    peer.on('error', () => undefined);
    peer.pause();
    peer.write(words);
    await once(peer, 'connect');
  }
}

test('a pod', async () => {
  const pod = await RunningPod.start({ program: ['/bin/sh', '-c', STUBBORN_PROGRAM] });
  try {
    expect(await pod.bind()).toBe(204);
    for (const port of [pod.attachPort, pod.statusPort])
      await stubbornPeers({ host: '127.0.0.1', port }, (scope) => pod.token(scope));
    const client = pod.attach({ takeOver: '1' });
    await client.shows('y');
    client.socket.pause();
    // A gateway that hears the end and says nothing to it.
    const gateway = pod.follow();
    await once(gateway, 'open');
    const since = performance.now();
    pod.process.kill('SIGTERM');
    expect(await pod.left).toBe(143);
    expect(performance.now() - since).toBeLessThan(GRACE_MS);
    expect(pod.terminationMessage?.reason).toBe('server-stopping');
    client.socket.terminate();
    gateway.terminate();
  } finally {
    await pod.end();
  }
});

test('a pod that nobody has bound', async () => {
  const pod = await RunningPod.start({ program: ['/bin/sh', '-c', STUBBORN_PROGRAM] });
  const since = performance.now();
  pod.process.kill('SIGTERM');
  expect(await pod.left).toBe(143);
  expect(performance.now() - since).toBeLessThan(GRACE_MS);
  await pod.end();
});

test('a gateway’s child', async () => {
  const session = await RunningSession.shell(STUBBORN_PROGRAM);
  await stubbornPeers({ path: session.socketPath }, (scope) => session.token(scope));
  const client = session.attach({ takeOver: '1' });
  await client.shows('y');
  client.socket.pause();
  // Its gateway hears nothing any more.
  session.gateway.pause();
  const since = performance.now();
  session.process.kill('SIGTERM');
  const [code] = (await session.left) as [number | null];
  expect(code).toBe(0);
  expect(performance.now() - since).toBeLessThan(GRACE_MS);
  expect(sessionProcesses(-1, session.spec.sessionId)).toEqual([]);
  client.socket.terminate();
  session.gateway.terminate();
  await session.end();
});

test('a gateway’s child whose end nobody has heard of yet', async () => {
  const session = await RunningSession.shell('read line');
  session.gateway.terminate();
  const client = session.attach({ takeOver: '1' });
  await client.attached();
  client.type('go\r');
  await client.frame('end');
  const since = performance.now();
  session.process.kill('SIGTERM');
  expect(await session.left).toEqual([0, null]);
  expect(performance.now() - since).toBeLessThan(GRACE_MS);
  await session.end();
});
