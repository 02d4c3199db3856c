/** Pods whose sessions start too much. Most have a PID namespace and a cgroup of their own, as containers do. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { getPriority, tmpdir } from 'node:os';
import { join } from 'node:path';
import { namespaceTest, ownNamespace } from '../testing/own-namespace';
import { RunningPod } from '../testing/running-pod';

const MAX_PROCESSES = 64;
const MANY = `trap "echo bye" HUP; read line; for i in $(seq ${MAX_PROCESSES}); do sleep 1000 & done; wait`;
const TOO_MANY = { reason: 'too-many-processes', exitCode: null };

let pod: RunningPod | null = null;
afterEach(async () => {
  pod?.process.kill('SIGKILL');
  await pod?.end();
});

async function bound(command: string, cgroup: string): Promise<RunningPod> {
  const started = await RunningPod.start({
    program: ['/bin/sh', '-c', command],
    within: ownNamespace(cgroup),
    env: { RUNNER_MAX_PROCESSES: String(MAX_PROCESSES) },
  });
  pod = started;
  expect(await started.bind()).toBe(204);
  return started;
}

test('the program gives way to the runner, which has to see what it does', async () => {
  pod = await RunningPod.start({ program: ['/bin/sh', '-c', 'read line; echo "nice $(nice)."; cat'] });
  expect(await pod.bind()).toBe(204);
  const client = pod.attach();
  await client.attached();
  client.type('go\r');
  await client.shows(`nice ${getPriority() + 5}.`);
});

namespaceTest('a session whose group has more tasks than it may ends, and all are told why', async () => {
  const cgroup = mkdtempSync(join(tmpdir(), 'cgroup-'));
  const tasks = (count: number) => writeFileSync(join(cgroup, 'pids.current'), `${count}\n`);
  tasks(MAX_PROCESSES);
  const running = await bound('cat', cgroup);
  const end = running.heardEnd();
  const client = running.attach();
  await client.attached();
  client.type('hello\r');
  await client.shows('hello\r\nhello');
  tasks(MAX_PROCESSES + 1);
  expect((await client.frame('end')).end).toEqual(TOO_MANY);
  expect(await end).toEqual(TOO_MANY);
  expect(await running.left).toBe(0);
  expect(running.terminationMessage).toEqual(TOO_MANY);
});

namespaceTest(
  'where no group counts, processes are counted; too many have no grace in which to become more',
  async () => {
    const running = await bound(MANY, mkdtempSync(join(tmpdir(), 'cgroup-')));
    const end = running.heardEnd();
    const client = running.attach();
    await client.attached();
    client.type('go\r');
    expect((await client.frame('end')).end).toEqual(TOO_MANY);
    expect(await end).toEqual(TOO_MANY);
    expect(client.output.toString()).not.toContain('bye');
    expect(await running.left).toBe(0);
  },
);
