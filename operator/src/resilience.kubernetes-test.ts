import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { ClaudeSession } from '@claude-webui/kubernetes-api';
import { CLAUDE_SESSION, Informer, Store } from '@claude-webui/kubernetes-api/client';
import { ControlPlane } from '@claude-webui/testing/processes/control-plane';
import { ClusterView } from './cluster-view';
import { loadConfig } from './config/config';
import type { Operator } from './operator';
import { startOperator } from './operator';
import { OperatorProcess } from './testing/operator-process';
import { seen, settled } from './testing/seen';
import { disruptionBudgetName } from './pod/disruption-budget';
import { silent } from './testing/silent-log';
import { World, installDefinitions, operatorEnvironment } from './testing/world';

const LEADERS = ['operator-a', 'operator-b'] as const;
/** May hold the lease, and read nothing. */
const BLIND = 'operator-blind';

let plane: ControlPlane;
let world: World;

beforeAll(async () => {
  plane = await ControlPlane.start([...LEADERS.map((name) => ({ name, groups: ['system:masters'] })), { name: BLIND }]);
  installDefinitions(plane);
});
afterAll(() => plane.close());
beforeEach(async () => {
  world = await World.create(plane);
  await world.template();
});
afterEach(() => world.close());

const sessionsMade = (count: number) =>
  Promise.all(Array.from({ length: count }, () => world.session({ owner: randomUUID() })));
/** All are ready, and each has one pod. */
const allReady = (sessions: ClaudeSession[]) =>
  settled(world.view.sessions, 'all are ready', () =>
    sessions.every(({ metadata }) => world.view.sessions.get(metadata.name)?.status?.phase === 'Ready'),
  ).then(() => {
    for (const { metadata } of sessions) expect(world.view.pods.find('session', metadata.name)).toHaveLength(1);
  });

describe('the API server', () => {
  it('410 Gone: whose history was compacted away lists again, and goes on', async () => {
    const store = new Store<ClaudeSession>();
    let lists = 0;
    const { api, namespace } = world;
    const informer = new Informer({
      client: api,
      type: CLAUDE_SESSION,
      namespace,
      store,
      log: silent,
      onRelist: () => (lists += 1),
    });
    await informer.synced;
    expect(lists).toBe(1);
    // History goes on without the informer's knowledge, is cut off behind it, and the server forgets its cache of it.
    const other = JSON.parse(plane.kubectl(['create', 'configmap', 'later', '-n', namespace, '-o', 'json'])) as {
      metadata: { resourceVersion: string };
    };
    await plane.stopApiServer();
    await plane.compact(Number(other.metadata.resourceVersion));
    await plane.startApiServer();
    const made = await world.session();
    await seen(store, 'the new session', ({ metadata }) => metadata.uid === made.metadata.uid);
    expect(lists).toBeGreaterThan(1);
    await informer.close();
  });

  it('restarts while sessions start: all get ready, with one pod each', async () => {
    await world.kubelet.playAll();
    await world.operator();
    const sessions = await sessionsMade(20);
    await plane.restartApiServer();
    await allReady(sessions);
  });

  it('conflicts: somebody who writes the same objects all the time holds nothing up', async () => {
    await world.kubelet.playAll();
    await world.operator();
    const sessions = await sessionsMade(5);
    let done = false;
    const meddle = async () => {
      for (let n = 0; !done; n += 1)
        for (const session of sessions)
          await world.patch(CLAUDE_SESSION, session, { metadata: { annotations: { meddler: String(n) } } });
    };
    const meddling = meddle();
    await allReady(sessions);
    done = true;
    await meddling;
  });
});

it('steady state: an operator that starts anew and finds all in order writes nothing', async () => {
  await world.kubelet.playAll();
  const first = await world.operator();
  const sessions = await sessionsMade(10);
  await allReady(sessions);
  await settled(
    world.view.templates,
    'the template has its status',
    () => world.view.templates.get('default')?.status !== undefined,
  );
  // A session is protected once it is ready.
  await settled(world.view.budgets, 'each session has its budget', () =>
    sessions.every((session) => world.view.budgets.get(disruptionBudgetName(session)) !== undefined),
  );
  await first.close();

  const since = Date.now();
  const second = await world.operator({}, 'operator-a');
  await reconciled(second, 'claudesession', 10);
  await reconciled(second, 'sessiontemplate', 1);
  expect(plane.writesOf('operator-a', since)).toEqual([]);
});

/** Resolves once so many keys have been reconciled. There is no event for it: the metrics are asked. */
async function reconciled(operator: Operator, controller: string, times: number): Promise<void> {
  for (;;) {
    const text = await (await fetch(`http://127.0.0.1:${operator.port}/metrics`)).text();
    const counts = [...text.matchAll(/^controller_runtime_reconcile_total\{controller="(\w+)",.*\} (\d+)$/gm)];
    const sum = counts.filter(([, name]) => name === controller).reduce((total, [, , n]) => total + Number(n), 0);
    if (sum >= times) return;
  }
}

/** The text of a process' series of that name; empty without any. */
async function seriesOf(operator: Operator, name: string): Promise<string> {
  const text = await (await fetch(`http://127.0.0.1:${operator.port}/metrics`)).text();
  return text
    .split('\n')
    .filter((line) => line.startsWith(`${name}{`))
    .join('\n');
}

const readiness = async (operator: Operator) => (await fetch(`http://127.0.0.1:${operator.port}/readyz`)).status;

it('a leader that may read nothing is not ready, says so in its series, and lets another lead', async () => {
  const { namespace } = world;
  plane.kubectl(['create', 'role', 'lease', '-n', namespace, '--verb=*', '--resource=leases.coordination.k8s.io']);
  plane.kubectl(['create', 'rolebinding', 'lease', '-n', namespace, '--role=lease', `--user=${BLIND}`]);
  const config = loadConfig(operatorEnvironment(namespace));
  const able = await startOperator({ ...config, identity: 'able' }, plane.access(), silent, () => undefined);
  await able.leading;
  expect(await readiness(able)).toBe(200);
  expect(await seriesOf(able, 'claude_webui_informer_synced')).not.toMatch(/ 0$/m);
  expect(await seriesOf(able, 'claude_webui_informer_silent_seconds')).toMatch(/resource="pods"/);
  let lost!: () => void;
  const steppedDown = new Promise<void>((resolve) => (lost = resolve));
  const blind = await startOperator({ ...config, identity: BLIND }, plane.access(BLIND), silent, lost, 3000);
  try {
    // A standby is ready once it has heard of the lease.
    await until(async () => (await readiness(blind)) === 200);
    expect(await seriesOf(blind, 'leader_election_master_status')).toMatch(/ 0$/);
    await able.close();
    await until(async () => (await readiness(blind)) === 503);
    expect(await seriesOf(blind, 'leader_election_master_status')).toMatch(/ 1$/);
    expect(await seriesOf(blind, 'claude_webui_informer_synced')).toMatch(/resource="claudesessions"} 0$/m);
    await steppedDown;
    expect(await seriesOf(blind, 'leader_election_master_status')).toMatch(/ 0$/);
    const lease = plane.kubectl(['get', 'lease', '-n', namespace, '-o', 'jsonpath={.items[0].spec.holderIdentity}']);
    expect(lease).toBe('');
  } finally {
    await blind.close();
  }
});

it('a leader whose right to read is withdrawn while it leads lets another lead', async () => {
  const { namespace } = world;
  plane.kubectl(['create', 'rolebinding', 'all', '-n', namespace, '--clusterrole=cluster-admin', `--user=${BLIND}`]);
  const config = loadConfig(operatorEnvironment(namespace));
  let lost!: () => void;
  const steppedDown = new Promise<void>((resolve) => (lost = resolve));
  const leader = await startOperator({ ...config, identity: BLIND }, plane.access(BLIND), silent, lost, 3000);
  try {
    await leader.leading;
    expect(await readiness(leader)).toBe(200);
    plane.kubectl(['delete', 'rolebinding', 'all', '-n', namespace]);
    plane.kubectl(['create', 'role', 'lease', '-n', namespace, '--verb=*', '--resource=leases.coordination.k8s.io']);
    plane.kubectl(['create', 'rolebinding', 'lease', '-n', namespace, '--role=lease', `--user=${BLIND}`]);
    // A watch that is open stays so; the server ends it after some minutes, or here.
    await plane.restartApiServer();
    await steppedDown;
    expect(await readiness(leader)).toBe(503);
    expect(await seriesOf(leader, 'leader_election_master_status')).toMatch(/ 0$/);
  } finally {
    await leader.close();
  }
});

/** Resolves once it holds. There is no event for it. */
async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds()));
}

it('where nothing happens, each resource gives a sign of life when its watch ends and begins again, Events too', async () => {
  const { api, close } = plane.client('admin', 6);
  const quiet = new ClusterView(api, world.namespace, silent);
  try {
    await quiet.open();
    const resources = quiet.progress().map(({ resource }) => resource);
    expect(resources).toContain('events');
    const longest = new Map<string, number>();
    const alive = new Set<string>();
    await until(async () => {
      for (const { resource, silentMs } of quiet.progress()) {
        if ((silentMs ?? 0) < (longest.get(resource) ?? 0) - 5000) alive.add(resource);
        else longest.set(resource, silentMs ?? 0);
      }
      await delay(20);
      return resources.every((resource) => alive.has(resource));
    });
    expect(quiet.progress().map(({ deafMs }) => deafMs)).toEqual(resources.map(() => 0));
  } finally {
    await quiet.close();
    close();
  }
});

describe('two operators', () => {
  let operators: OperatorProcess[];
  beforeEach(async () => {
    await world.kubelet.playAll();
    operators = [];
  });
  afterEach(async () => {
    for (const operator of operators) await operator.kill();
  });

  const started = (name: string) => {
    const operator = new OperatorProcess(plane, world.namespace, name);
    operators.push(operator);
    return operator;
  };

  it('a leader that is killed in the midst is replaced within 15 s, and nothing is made twice', async () => {
    const leader = started('operator-a');
    await leader.logged('reconciling');
    const other = started('operator-b');
    await other.logged('operator started');
    const sessions = await sessionsMade(30);
    await seen(world.view.sessions, 'the first is ready', ({ status }) => status?.phase === 'Ready');
    const killed = performance.now();
    await leader.kill();
    await other.logged('reconciling');
    expect(performance.now() - killed).toBeLessThan(15_000);
    await allReady(sessions);
  });

  it('a leader that was paused and wakes up behind its successor writes nothing, and ends', async () => {
    const leader = started('operator-a');
    await leader.logged('reconciling');
    const other = started('operator-b');
    await other.logged('operator started');
    // In the midst of work, so that it has something to write when it wakes up.
    const sessions = await sessionsMade(40);
    await seen(world.view.sessions, 'the first is at work', ({ status }) => status !== undefined);
    leader.signal('SIGSTOP');
    await other.logged('reconciling');
    await allReady(sessions);
    const more = await sessionsMade(5);
    await allReady(more);
    const woken = Date.now();
    leader.signal('SIGCONT');
    expect(await leader.ended()).toBe(1);
    expect(plane.writesOf('operator-a', woken)).toEqual([]);
  });

  it('an API server that answers nothing any more: the leader ends, the standby is not ready; once it answers, one leads', async () => {
    const leader = started('operator-a');
    await leader.logged('reconciling');
    const other = started('operator-b');
    const asked = `http://127.0.0.1:${await other.port()}/readyz`;
    const isReady = async () => (await fetch(asked)).ok;
    await until(isReady);
    const paused = performance.now();
    plane.pauseApiServer();
    try {
      expect(await leader.ended()).toBe(1);
      await until(async () => !(await isReady()));
      expect(performance.now() - paused).toBeLessThan(120_000);
    } finally {
      plane.resumeApiServer();
    }
    await other.logged('reconciling');
    await until(isReady);
  });

  it('a leader that is told to stop hands over at once', async () => {
    const leader = started('operator-a');
    await leader.logged('reconciling');
    const other = started('operator-b');
    await other.logged('operator started');
    leader.signal('SIGTERM');
    expect(await leader.ended()).toBe(0);
    const stopped = performance.now();
    await other.logged('reconciling');
    expect(performance.now() - stopped).toBeLessThan(8_000);
  });
});
