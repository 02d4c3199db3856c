import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync, readdirSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { RunningPod } from '../testing/running-pod';

let pod: RunningPod;
afterEach(() => pod.end());

async function bound(command: string, limits = {}): Promise<RunningPod> {
  pod = await RunningPod.start({ program: ['/bin/sh', '-c', command] });
  const request = pod.bindRequest();
  expect(await pod.bind({ ...request, limits: { ...request.limits, ...limits } })).toBe(204);
  return pod;
}

test('how a program left is the container’s termination message', async () => {
  await bound('read line; exit 3');
  const end = pod.heardEnd();
  const client = pod.attach();
  await client.attached();
  client.type('go\r');
  expect((await client.frame('end')).end).toEqual({ reason: 'exited', exitCode: 3 });
  expect(await end).toEqual({ reason: 'exited', exitCode: 3 });
  expect(await pod.left).toBe(0);
  expect(pod.terminationMessage).toEqual({ reason: 'exited', exitCode: 3 });
});

test('the limits that a bind brings count from then on', async () => {
  await bound('cat', { idleTimeoutMs: 400, idleWarningMs: 100 });
  const end = pod.heardEnd();
  expect(await end).toMatchObject({ reason: 'idle-timeout' });
  expect(await pod.left).toBe(0);
  expect(pod.terminationMessage?.reason).toBe('idle-timeout');
});

test('a template that keeps idle and detached sessions is obeyed, whatever limits a bind brings', async () => {
  const limits = { idleTimeoutMs: 200, idleWarningMs: 100, detachGraceMs: 200 };
  const start = async (env: Record<string, string>) => {
    const started = await RunningPod.start({ program: ['/bin/cat'], env });
    const request = started.bindRequest();
    await started.bind({ ...request, limits: { ...request.limits, ...limits } });
    const client = started.attach();
    await client.attached();
    await client.close();
    return started;
  };
  pod = await start({ RUNNER_ON_DETACH: 'Keep', RUNNER_ON_IDLE: 'Keep' });
  // A second one, which began later and has the same limits, shows when they are over.
  const other = await start({});
  await other.left;
  await other.end();
  expect(await pod.status()).toMatchObject({ bound: true });
  expect(pod.process.exitCode).toBeNull();
});

test('a pod that is taken away lets its program end in order, and does not say that the session is over', async () => {
  await bound('trap "echo bye; exit" HUP; echo ready; while :; do sleep 0.05; done');
  const client = pod.attach();
  await client.shows('ready');
  pod.process.kill('SIGTERM');
  await client.shows('bye');
  await client.closed;
  expect(client.frames.some(({ type }) => type === 'end')).toBe(false);
  // The kubelet keeps its own reason only of a pod that has not succeeded.
  expect(await pod.left).toBe(143);
  expect(pod.terminationMessage?.reason).toBe('server-stopping');
});

test('a pod that is taken away while it waits for a gateway to hear of the end leaves at once', async () => {
  await bound('read line; exit 0');
  const client = pod.attach();
  await client.attached();
  client.type('go\r');
  await client.closed;
  pod.process.kill('SIGTERM');
  expect(await pod.left).toBe(0);
  expect(pod.terminationMessage).toEqual({ reason: 'exited', exitCode: 0 });
});

test('a runner that is killed leaves no word', async () => {
  await bound('cat');
  pod.process.kill('SIGKILL');
  await pod.left;
  expect(pod.terminationMessage).toBeNull();
});

test('a program that is not there is the container’s termination message', async () => {
  pod = await RunningPod.start({ program: ['/nowhere/claude'] });
  expect(await pod.left).toBe(0);
  expect(pod.terminationMessage).toMatchObject({ reason: 'cli-not-installed' });
});

test('metrics tell of this one session', async () => {
  await bound('cat');
  const text = await pod.metrics();
  expect(text).toContain('\nsession_runner_bound 1\n');
  expect(text).toContain('# TYPE app_command_latency_seconds histogram\n');
  expect(Number(/^process_resident_memory_bytes (\d+)$/m.exec(text)?.[1])).toBeGreaterThan(10e6);
});

test('a program that cannot be started is the end of its pod, and says why', async () => {
  pod = await RunningPod.start({ env: { CLAUDE_WORKING_DIR: '/dev/null/nothing-can-be-made-here' } });
  expect(await pod.left).toBe(0);
  expect(pod.terminationMessage).toMatchObject({
    reason: 'start-failed',
    detail: expect.stringContaining('/dev/null/nothing-can-be-made-here') as string,
  });
});

test('a door that cannot be opened leaves no program running', async () => {
  const taken = createServer().listen(0);
  await once(taken, 'listening');
  const { port } = taken.address() as AddressInfo;
  const mark = `mark-${randomUUID()}`;
  pod = await RunningPod.start({ program: ['/bin/sh', '-c', `: ${mark}; cat`], env: { RUNNER_PORT: String(port) } });
  expect(await pod.left).toBe(1);
  taken.close();
  expect(pod.terminationMessage?.reason).toBe('start-failed');
  const left = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && commandLine(name).includes(mark));
  expect(left).toEqual([]);
});

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}
