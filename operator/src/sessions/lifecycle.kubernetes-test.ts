import type { ClaudeSession, ClaudeSessionStatus } from '@claude-webui/kubernetes-api';
import { FORMER_FINALIZER, workspaceClaimName } from '@claude-webui/kubernetes-api';
import type { Pod } from '@claude-webui/kubernetes-api/client';
import { CLAIM, CLAUDE_SESSION, Informer, POD, SESSION_TEMPLATE, Store } from '@claude-webui/kubernetes-api/client';
import { ControlPlane } from '@claude-webui/testing/processes/control-plane';
import type { CoreEvent } from '../controller/event-recorder';
import { EVENT } from '../controller/event-recorder';
import { condition } from '../testing/played-kubelet';
import { seen, settled } from '../testing/seen';
import { silent } from '../testing/silent-log';
import { World, installDefinitions } from '../testing/world';

let plane: ControlPlane;
let world: World;

beforeAll(async () => {
  plane = await ControlPlane.start();
  installDefinitions(plane);
});
afterAll(() => plane.close());
beforeEach(async () => {
  world = await World.create(plane);
});
afterEach(() => world.close());

/** A little less than a session that waits for room waits until it looks by itself. Milliseconds. */
const LOOK_AGAIN_MS = 9000;

const persistent = { kind: 'Persistent' as const, size: '1Gi', accessModes: ['ReadWriteOnce' as const] };

const sessionWith = (name: string, wanted: Partial<ClaudeSessionStatus>) =>
  seen(
    world.view.sessions,
    JSON.stringify(wanted),
    (session) =>
      session.metadata.name === name &&
      Object.entries(wanted).every(([key, value]) => session.status?.[key as keyof ClaudeSessionStatus] === value),
  );
const podOf = (session: ClaudeSession, start = 0) =>
  seen(
    world.view.pods,
    `pod ${start} of the session`,
    (pod) => pod.metadata.name === `cs-${session.metadata.name}-${start}`,
  );
const gone = (pod: Pod) =>
  settled(
    world.view.pods,
    'the pod is gone',
    () => world.view.pods.get(pod.metadata.name)?.metadata.uid !== pod.metadata.uid,
  );
const absent = ({ metadata }: ClaudeSession) =>
  settled(world.view.sessions, 'the object is gone', () => world.view.sessions.get(metadata.name) === undefined);
const terminating = (pod: Pod) =>
  seen(
    world.view.pods,
    'the pod is being deleted',
    ({ metadata }) => metadata.uid === pod.metadata.uid && metadata.deletionTimestamp !== undefined,
  );
const conditionOf = (session: ClaudeSession, type: string) =>
  session.status?.conditions?.find((one) => one.type === type);

async function running(spec: Partial<ClaudeSession['spec']> = {}): Promise<{ session: ClaudeSession; pod: Pod }> {
  const made = await world.session(spec);
  const pod = await podOf(made);
  await world.kubelet.run(pod);
  return { session: await sessionWith(made.metadata.name, { phase: 'Ready' }), pod };
}

describe('a session', () => {
  beforeEach(async () => {
    await world.operator();
    await world.template();
  });

  it('goes from pending by starting to ready', async () => {
    const made = await world.session();
    const { name } = made.metadata;
    const pod = await podOf(made);
    const starting = await sessionWith(name, { phase: 'Starting', reason: 'Scheduling' });
    expect(starting.metadata.finalizers).toBeUndefined();
    await world.kubelet.waiting(pod, 'ContainerCreating', '');
    await sessionWith(name, { reason: 'StartingContainer' });
    await world.kubelet.run(pod, '127.0.7.1');
    const { status } = await sessionWith(name, { phase: 'Ready' });
    expect(status).toMatchObject({
      reason: 'Running',
      endpoint: 'http://127.0.7.1:7681',
      podName: pod.metadata.name,
      podUID: pod.metadata.uid,
      startKind: 'Cold',
      observedGeneration: 1,
    });
  });

  it('waits for its template, and says so', async () => {
    const made = await world.session({ templateRef: { name: 'later' } });
    const waiting = await sessionWith(made.metadata.name, { phase: 'Pending', reason: 'TemplateNotFound' });
    expect(waiting.status?.message).toContain('"later"');
    await world.template({}, 'later');
    await podOf(made);
  });

  it.each([
    ['ErrImagePull', 'no such image', { reason: 'ImagePullFailed' }],
    ['CreateContainerConfigError', 'secret "key" not found', { reason: 'StartingContainer' }],
  ] as const)('tells of %s in words', async (reason, message, wanted) => {
    const made = await world.session();
    await world.kubelet.waiting(await podOf(made), reason, message);
    const session = await sessionWith(made.metadata.name, wanted);
    expect(session.status?.phase).toBe('Starting');
    await seen(world.view.sessions, 'the message', ({ status }) => status?.message?.includes(message) === true);
  });

  it('tells that no node has room, within 5 s, and starts when one has', async () => {
    const made = await world.session();
    const pod = await podOf(made);
    await world.kubelet.unschedulable(pod, '0/3 nodes are available: 3 Insufficient memory.');
    const said = performance.now();
    const session = await sessionWith(made.metadata.name, { reason: 'Unschedulable' });
    expect(performance.now() - said).toBeLessThan(5_000);
    expect(session.status?.message).toContain('3 Insufficient memory');
    await world.kubelet.run(pod);
    await sessionWith(made.metadata.name, { phase: 'Ready' });
  });

  it('tells that its image is being fetched, by the event of the kubelet', async () => {
    const made = await world.session();
    const pod = await podOf(made);
    await world.kubelet.waiting(pod, 'ContainerCreating', '');
    const involved = {
      apiVersion: 'v1',
      kind: 'Pod',
      name: pod.metadata.name,
      namespace: world.namespace,
      uid: pod.metadata.uid,
    };
    const event = {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name: 'pulling', namespace: world.namespace },
      involvedObject: involved,
      reason: 'Pulling',
      message: 'Pulling image',
      type: 'Normal',
    };
    plane.kubectl(['create', '-f', '-'], { input: JSON.stringify(event) });
    await sessionWith(made.metadata.name, { reason: 'PullingImage' });
  });

  it('ends with the reason and the exit code that its runner has left', async () => {
    const { session, pod } = await running();
    await world.kubelet.end(pod, { exitCode: 0, message: '{"reason":"exited","exitCode":3}' });
    const ended = await sessionWith(session.metadata.name, { phase: 'Ended', reason: 'ProgramExited', exitCode: 3 });
    expect(ended.status?.endTime).toBeDefined();
    await gone(pod);
  });

  it('is started once more after a crash, and has failed after the second', async () => {
    const { session, pod } = await running();
    const { name } = session.metadata;
    await world.kubelet.end(pod, { exitCode: 139 });
    const second = await podOf(session, 1);
    const restarted = await sessionWith(name, {
      restarts: 1,
      lastRestartReason: 'RunnerCrashed',
      reason: 'Restarting',
    });
    expect(restarted.status?.message).toContain('signal 11');
    await gone(pod);
    await world.kubelet.run(second);
    await sessionWith(name, { phase: 'Ready', restarts: 1 });
    await world.kubelet.end(second, { exitCode: 1 });
    await sessionWith(name, { phase: 'Failed', reason: 'RunnerCrashed' });
    await gone(second);
  });

  it('is suspended without its pod, and resumed', async () => {
    const { session, pod } = await running();
    const { name } = session.metadata;
    await world.patch(CLAUDE_SESSION, session, { spec: { suspend: true } });
    await world.kubelet.remove(await terminating(pod));
    const suspended = await sessionWith(name, { phase: 'Suspended' });
    expect(suspended.status?.endpoint).toBeUndefined();
    expect(conditionOf(suspended, 'Suspended')?.status).toBe('True');
    await world.patch(CLAUDE_SESSION, suspended, { spec: { suspend: false } });
    const again = await podOf(session);
    await sessionWith(name, { reason: 'Resuming' });
    await world.kubelet.run(again);
    await sessionWith(name, { phase: 'Ready' });
  });

  it('has no more than its lifetime', async () => {
    const { session, pod } = await running({ maxLifetimeSeconds: 2 });
    await sessionWith(session.metadata.name, { phase: 'Ended', reason: 'LifetimeExceeded' });
    await terminating(pod);
  });

  it('is deleted when its time to live is over', async () => {
    const { session, pod } = await running({ ttlSecondsAfterFinished: 1 });
    await world.kubelet.end(pod, { exitCode: 0, message: '{"reason":"detach-timeout"}' });
    await sessionWith(session.metadata.name, { phase: 'Ended', reason: 'DetachTimeout' });
    await settled(
      world.view.sessions,
      'the object is gone',
      () => world.view.sessions.get(session.metadata.name) === undefined,
    );
  });

  it('is gone at once when it is deleted, and its pod ends gracefully', async () => {
    const { session, pod } = await running();
    await world.api.delete(CLAUDE_SESSION, world.namespace, session.metadata.name);
    await absent(session);
    const ending = await terminating(pod);
    const graceLeftMs = Date.parse(ending.metadata.deletionTimestamp ?? '') - Date.now();
    expect(graceLeftMs).toBeGreaterThan((pod.spec?.terminationGracePeriodSeconds ?? 0) * 500);
    await world.kubelet.remove(ending);
    await gone(pod);
  });

  it('leaves its workspace to nobody else before its pod has ended, though its object is gone', async () => {
    await world.template({ workspace: { kind: 'Persistent', size: '1Gi' } } as never, 'kept');
    const { session, pod } = await running({ templateRef: { name: 'kept' } });
    await world.api.delete(CLAUDE_SESSION, world.namespace, session.metadata.name);
    const ending = await terminating(pod);
    const next = await world.session({ templateRef: { name: 'kept' } });
    await sessionWith(next.metadata.name, { phase: 'Pending', reason: 'WorkspaceBusy' });
    await world.kubelet.remove(ending);
    await podOf(next);
  });

  it('that has the finalizer of an earlier release is freed of it, alive or deleted', async () => {
    const { session } = await running();
    const held = await world.session({ templateRef: { name: 'never' } });
    for (const one of [held, session])
      await world.patch(CLAUDE_SESSION, one, { metadata: { finalizers: [FORMER_FINALIZER, 'example.org/other'] } });
    for (const one of [held, session])
      await seen(
        world.view.sessions,
        'only the other finalizer is left',
        ({ metadata }) => metadata.uid === one.metadata.uid && metadata.finalizers?.join() === 'example.org/other',
      );
    await world.patch(CLAUDE_SESSION, held, { metadata: { finalizers: [FORMER_FINALIZER] } });
    await world.api.delete(CLAUDE_SESSION, world.namespace, held.metadata.name);
    await absent(held);
  });

  it('has failed when its ephemeral workspace is lost with the node', async () => {
    const { session, pod } = await running();
    await world.kubelet.status(pod, {
      conditions: [{ ...condition('DisruptionTarget', 'True'), reason: 'DeletionByTaintManager' }],
    });
    await world.api.delete(POD, world.namespace, pod.metadata.name);
    const failed = await sessionWith(session.metadata.name, { phase: 'Failed', reason: 'NodeLost' });
    expect(failed.status?.message).toContain('ephemeral');
  });

  it('tells people by Events', async () => {
    const { session } = await running();
    await sessionWith(session.metadata.name, { phase: 'Ready' });
    const store = new Store<CoreEvent>();
    const { api, namespace } = world;
    const informer = new Informer({ client: api, type: EVENT, namespace, store, log: silent });
    const said = await seen(store, 'the event', ({ reason }) => reason === 'Running');
    await informer.close();
    expect(said).toMatchObject({ type: 'Normal', message: 'The session is ready (cold start).' });
    expect(said.involvedObject.name).toBe(session.metadata.name);
  });
});

describe('a session whose node is drained', () => {
  const hasNotice = ({ status }: ClaudeSession) =>
    status?.conditions?.some(({ type }) => type === 'NodeDraining') === true;
  const node = { apiVersion: 'v1', kind: 'Node', metadata: { name: 'node-1' } };

  it('its person is told when the node is cordoned, and no more once it takes pods again', async () => {
    plane.kubectl(['create', '-f', '-'], { input: JSON.stringify(node) });
    try {
      await world.operator({ watchNodes: true });
      await world.template({ workspace: persistent });
      const { session, pod } = await running();
      expect(pod.spec?.nodeName ?? 'node-1').toBe('node-1');
      const { name } = session.metadata;
      plane.kubectl(['cordon', 'node-1']);
      const told = await seen(world.view.sessions, 'a notice', (one) => one.metadata.name === name && hasNotice(one));
      expect(told.status?.conditions?.find(({ type }) => type === 'NodeDraining')?.message).toContain(
        'its files are kept',
      );
      plane.kubectl(['uncordon', 'node-1']);
      await seen(world.view.sessions, 'no notice', (one) => one.metadata.name === name && !hasNotice(one));
    } finally {
      plane.kubectl(['delete', 'node', 'node-1']);
    }
  });

  const evict = ({ metadata: { name, namespace = '' } }: Pod) =>
    plane.kubectl(['create', '--raw', `/api/v1/namespaces/${namespace}/pods/${name}/eviction`, '-f', '-'], {
      input: JSON.stringify({ apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name, namespace } }),
    });
  const budgetOf = (session: ClaudeSession, isThere: boolean) =>
    settled(
      world.view.budgets,
      isThere ? 'evictions are refused' : 'evictions are let pass',
      () => (world.view.budgets.get(`cs-${session.metadata.name}`) !== undefined) === isThere,
    );

  it('an ephemeral one is left alone by evictions until it ends', async () => {
    await world.operator();
    await world.template();
    const { session, pod } = await running();
    await budgetOf(session, true);
    expect(() => evict(pod)).toThrow(/disruption budget/);
    await world.kubelet.end(pod, { exitCode: 0, message: JSON.stringify({ reason: 'exited', exitCode: 0 }) });
    await sessionWith(session.metadata.name, { phase: 'Ended' });
    await budgetOf(session, false);
  });

  it('where nodes are watched, its node waits for whoever is attached until the notice has been there for its time', async () => {
    plane.kubectl(['create', '-f', '-'], { input: JSON.stringify(node) });
    try {
      await world.operator({ watchNodes: true, evictionNoticeMs: 4000 });
      await world.template({ workspace: persistent });
      const { session, pod } = await running();
      await budgetOf(session, true);
      // What the operator would have heard of the runner, of which there is none.
      const attached = { status: { attachments: 1 } };
      await world.api.patch(CLAUDE_SESSION, world.namespace, session.metadata.name, attached, '/status');
      await sessionWith(session.metadata.name, { phase: 'Attached' });
      plane.kubectl(['cordon', 'node-1']);
      await seen(world.view.sessions, 'a notice', hasNotice);
      expect(() => evict(pod)).toThrow(/disruption budget/);
      await budgetOf(session, false);
      evict(pod);
      await seen(world.view.sessions, 'it is asked to be suspended', ({ spec }) => spec.suspend);
    } finally {
      plane.kubectl(['delete', 'node', 'node-1']);
    }
  });

  it('is suspended by an eviction, and comes back when it is wanted', async () => {
    await world.operator();
    await world.template({ workspace: persistent });
    const { session, pod } = await running();
    await sessionWith(session.metadata.name, { phase: 'Ready' });
    evict(pod);
    await seen(world.view.sessions, 'it is asked to be suspended', ({ spec }) => spec.suspend);
    await world.kubelet.remove(pod);
    const suspended = await sessionWith(session.metadata.name, { phase: 'Suspended' });
    expect(suspended.status?.message).toContain('because the machine on which it ran was being emptied');
    await world.patch(CLAUDE_SESSION, session, { spec: { suspend: false } });
    await world.kubelet.run(await podOf(session, 0));
    await sessionWith(session.metadata.name, { phase: 'Ready' });
  });
});

describe('a session with a persistent workspace', () => {
  beforeEach(async () => {
    await world.operator();
    await world.template({ workspace: persistent });
  });

  it.each([
    ['Evicted', {}, { phase: 'Failed', reason: 'Evicted', message: 'The node was low on resource: memory.' }],
    [
      'DiskFull',
      {},
      { phase: 'Failed', reason: 'Evicted', message: 'Usage of EmptyDir volume "tmp" exceeds the limit "1Gi".' },
    ],
    ['Preempted', {}, { conditions: [{ ...condition('DisruptionTarget', 'True'), reason: 'PreemptionByScheduler' }] }],
    ['NodeLost', {}, { conditions: [{ ...condition('DisruptionTarget', 'True'), reason: 'DeletionByTaintManager' }] }],
  ] as const)('comes back by itself after %s, with the same claim', async (reason, terminated, status) => {
    const { session, pod } = await running();
    await world.kubelet.end(pod, { exitCode: 137, ...terminated }, status as never);
    const second = await podOf(session, 1);
    await sessionWith(session.metadata.name, { restarts: 1, lastRestartReason: reason });
    expect(second.spec?.volumes?.find(({ name }) => name === 'workspace')?.persistentVolumeClaim?.claimName).toBe(
      workspaceClaimName(session.spec),
    );
    await world.kubelet.run(second);
    await sessionWith(session.metadata.name, { phase: 'Ready' });
  });

  it('does not come back after it had used more memory than it may: it would again', async () => {
    const { session, pod } = await running();
    await world.kubelet.end(pod, { exitCode: 137, reason: 'OOMKilled' });
    await sessionWith(session.metadata.name, { phase: 'Failed', reason: 'OutOfMemory' });
    expect(world.view.pods.find('session', session.metadata.name).map((one) => one.metadata.uid)).toEqual([
      pod.metadata.uid,
    ]);
  });

  it('waits while another session of the owner works in the workspace', async () => {
    const { session, pod } = await running();
    const second = await world.session();
    await sessionWith(second.metadata.name, { phase: 'Pending', reason: 'WorkspaceBusy' });
    await world.api.delete(CLAUDE_SESSION, world.namespace, session.metadata.name);
    await world.kubelet.remove(await terminating(pod));
    await podOf(second);
  });

  it('leaves its claim behind when it is deleted', async () => {
    const { session, pod } = await running();
    await world.api.delete(CLAUDE_SESSION, world.namespace, session.metadata.name);
    await world.kubelet.remove(await terminating(pod));
    await settled(world.view.sessions, 'the object is gone', () => world.view.sessions.size === 0);
    const claim = await world.api.get(CLAIM, world.namespace, workspaceClaimName(session.spec));
    expect(claim?.metadata.ownerReferences).toBeUndefined();
  });
});

describe('a template whose NetworkPolicy the cluster does not take', () => {
  const toNowhere = [{ to: [{ ipBlock: { cidr: 'nowhere' } }] }];

  it('starts no session, and says so on both objects, until it is corrected', async () => {
    await world.operator();
    const template = await world.template({ egress: toNowhere, warmPool: { size: 1 } });
    const refused = await seen(world.view.templates, 'the condition', ({ status }) =>
      (status?.conditions ?? []).some(({ type, status: is }) => type === 'NetworkPolicyApplied' && is === 'False'),
    );
    expect(refused.status?.conditions).toMatchObject([
      { type: 'Accepted', status: 'False', reason: 'InvalidEgress' },
      { type: 'NetworkPolicyApplied', status: 'False' },
      { type: 'WarmPoolReady', status: 'False' },
    ]);
    const made = await world.session();
    const waiting = await sessionWith(made.metadata.name, { phase: 'Pending', reason: 'NetworkPolicyNotApplied' });
    expect(conditionOf(waiting, 'Ready')).toMatchObject({ status: 'False', reason: 'NetworkPolicyNotApplied' });
    expect(waiting.status?.message).toContain('nowhere');
    const events = new Store<CoreEvent>();
    const informer = new Informer({
      client: world.api,
      type: EVENT,
      namespace: world.namespace,
      store: events,
      log: silent,
    });
    await seen(
      events,
      'the warning',
      ({ reason, type, involvedObject }) =>
        reason === 'NetworkPolicyNotApplied' && type === 'Warning' && involvedObject.name === made.metadata.name,
    );
    await informer.close();
    expect(world.view.pods.size).toBe(0);
    await world.patch(SESSION_TEMPLATE, template, { spec: { egress: [], warmPool: { size: 0 } } });
    await podOf(made);
  });

  it('starts none while its policy is that of before a change', async () => {
    await world.operator();
    const template = await world.template();
    await running();
    await world.patch(SESSION_TEMPLATE, template, { spec: { egress: toNowhere } });
    await seen(world.view.templates, 'the condition', ({ status }) =>
      (status?.conditions ?? []).some(({ type, status: is }) => type === 'NetworkPolicyApplied' && is === 'False'),
    );
    const second = await world.session();
    await sessionWith(second.metadata.name, { phase: 'Pending', reason: 'NetworkPolicyNotApplied' });
    expect(world.view.pods.size).toBe(1);
  });
});

it('of suspended sessions, the owner keeps those that were suspended last', async () => {
  await world.operator({ maxSuspendedPerUser: 1 });
  await world.template({ workspace: persistent });
  const [first, second] = [await world.session({ suspend: true }), await world.session({ suspend: true })];
  const over = (name: string) => world.view.sessions.get(name)?.status?.phase === 'Ended';
  await settled(world.view.sessions, 'one has ended', () =>
    [first, second].some(({ metadata }) => over(metadata.name)),
  );
  const ended = [first, second].filter(({ metadata }) => over(metadata.name));
  expect(ended).toHaveLength(1);
  await sessionWith(ended[0]!.metadata.name, { reason: 'TooManySuspended' });
});

it('an idle session is suspended where the template says so', async () => {
  await world.operator();
  await world.template({ workspace: persistent, onIdle: 'Suspend' });
  const { session, pod } = await running();
  await world.kubelet.end(pod, { exitCode: 0, message: '{"reason":"idle-timeout"}' });
  const suspended = await sessionWith(session.metadata.name, { phase: 'Suspended' });
  expect(suspended.spec.suspend).toBe(true);
});

describe('limits', () => {
  it('MAX_SESSIONS holds when many come at once', async () => {
    await world.operator({ maxSessions: 2 });
    await world.template();
    await world.kubelet.playAll();
    const made = await Promise.all(Array.from({ length: 6 }, (_, n) => world.session({ owner: `user-${n}` })));
    await settled(world.view.sessions, 'two run and four wait', () => {
      const phases = made.map(({ metadata }) => world.view.sessions.get(metadata.name)?.status?.phase);
      return (
        phases.filter((phase) => phase === 'Ready').length === 2 &&
        phases.filter((phase) => phase === 'Pending').length === 4
      );
    });
    expect(world.view.pods.size).toBe(2);
  });

  it('one user has no more than MAX_SESSIONS_PER_USER', async () => {
    await world.operator({ maxSessionsPerUser: 1 });
    await world.template();
    await world.kubelet.playAll();
    const first = await world.session();
    await sessionWith(first.metadata.name, { phase: 'Ready' });
    const second = await world.session({ workspace: 'another' });
    await sessionWith(second.metadata.name, { reason: 'QuotaExceeded' });
    const another = await world.session({ owner: 'bob' });
    await sessionWith(another.metadata.name, { phase: 'Ready' });
    // Right away, not only when it looks again.
    const looks = performance.now() + LOOK_AGAIN_MS;
    await world.api.delete(CLAUDE_SESSION, world.namespace, first.metadata.name);
    await sessionWith(second.metadata.name, { phase: 'Ready' });
    expect(performance.now()).toBeLessThan(looks);
  });

  it('a ResourceQuota of the namespace is told in words', async () => {
    await world.operator();
    await world.template();
    plane.kubectl(['create', 'quota', 'small', '-n', world.namespace, '--hard=pods=0']);
    // The quota controller, which is not here, would write this.
    plane.kubectl([
      'patch',
      'quota',
      'small',
      '-n',
      world.namespace,
      '--subresource=status',
      '--type=merge',
      '-p',
      '{"status":{"hard":{"pods":"0"},"used":{"pods":"0"}}}',
    ]);
    const made = await world.session();
    const waiting = await sessionWith(made.metadata.name, { phase: 'Pending', reason: 'QuotaExceeded' });
    expect(waiting.status?.message).toContain('ResourceQuota');
  });

  it('a session that does not start in time has failed with the reason that held it up', async () => {
    await world.operator({ startDeadlineMs: 5_000 });
    await world.template();
    const made = await world.session();
    await world.kubelet.waiting(await podOf(made), 'ImagePullBackOff', 'no such image');
    await sessionWith(made.metadata.name, { phase: 'Failed', reason: 'ImagePullFailed' });
  });
});
