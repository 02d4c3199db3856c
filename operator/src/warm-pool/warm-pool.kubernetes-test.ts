import { randomUUID } from 'node:crypto';
import type { SessionTemplate } from '@claude-webui/kubernetes-api';
import { LABELS } from '@claude-webui/kubernetes-api';
import { Registry } from 'prom-client';
import { SESSION_TEMPLATE, isReady } from '@claude-webui/kubernetes-api/client';
import { ControlPlane } from '@claude-webui/testing/processes/control-plane';
import { loadConfig } from '../config/config';
import { OperatorMetrics } from '../operator-metrics';
import { seen, settled } from '../testing/seen';
import { World, installDefinitions, operatorEnvironment } from '../testing/world';
import { WarmPool } from './warm-pool';

let plane: ControlPlane;
let world: World;

beforeAll(async () => {
  plane = await ControlPlane.start();
  installDefinitions(plane);
});
afterAll(() => plane.close());
beforeEach(async () => {
  world = await World.create(plane);
  await world.kubelet.playAll();
});
afterEach(() => world.close());

const warm = () => world.view.pods.find('warm', 'default').filter(isReady);
const poolOf = (size: number) =>
  settled(
    world.view.pods,
    `${size} wait`,
    () => warm().length === size && world.view.pods.find('warm', 'default').length === size,
  );
const ready = (name: string) =>
  seen(
    world.view.sessions,
    'it is ready',
    ({ metadata, status }) => metadata.name === name && status?.phase === 'Ready',
  );

describe('a warm pool', () => {
  it('gives a session a pod that waits, and is filled again', async () => {
    await world.operator();
    await world.template({ warmPool: { size: 2 } });
    await poolOf(2);
    const waiting = warm().map(({ metadata }) => metadata.uid);
    const made = await world.session();
    const { status } = await ready(made.metadata.name);
    expect(status?.startKind).toBe('Warm');
    expect(waiting).toContain(status?.podUID);
    const pod = await seen(world.view.pods, 'the pod', ({ metadata }) => metadata.uid === status?.podUID);
    expect(pod.metadata.labels).toMatchObject({ [LABELS.session]: made.metadata.name });
    expect(pod.metadata.labels).not.toHaveProperty(LABELS.pool);
    expect(pod.metadata.ownerReferences).toMatchObject([{ kind: 'ClaudeSession', uid: made.metadata.uid }]);
    await poolOf(2);
  });

  it('tells in the status of its template how full it is', async () => {
    await world.operator();
    await world.template({ warmPool: { size: 1 } });
    const template = await seen(world.view.templates, 'it is full', ({ status }) => status?.warmPool?.ready === 1);
    expect(template.status?.conditions).toMatchObject([
      { type: 'Accepted', status: 'True' },
      { type: 'NetworkPolicyApplied', status: 'True' },
      { type: 'WarmPoolReady', status: 'True', reason: 'Full' },
    ]);
  });

  it('writes nothing to the status of its template when a session takes a pod', async () => {
    await world.operator();
    await world.template({ warmPool: { size: 2 } });
    await poolOf(2);
    await seen(world.view.templates, 'it is full', ({ status }) => status?.warmPool?.ready === 2);
    const versions: string[] = [];
    world.view.templates.onChange((_, after) => versions.push(after?.metadata.resourceVersion ?? ''));
    for (const owner of ['ada', 'bob', 'eve']) {
      const made = await world.session({ owner });
      expect((await ready(made.metadata.name)).status?.startKind).toBe('Warm');
      await poolOf(2);
    }
    // One more write, whose event comes after any that the operator might have made.
    const touched = await world.patch(SESSION_TEMPLATE, world.view.templates.get('default')!, {
      metadata: { labels: { touched: 'true' } },
    });
    await seen(world.view.templates, 'the touch', ({ metadata }) => metadata.labels?.['touched'] === 'true');
    expect(versions).toEqual([touched.metadata.resourceVersion]);
  });

  it('shrinks when it is larger than wanted', async () => {
    await world.operator();
    const template = await world.template({ warmPool: { size: 3 } });
    await poolOf(3);
    await world.patch(SESSION_TEMPLATE, template, { spec: { warmPool: { size: 1 } } });
    await poolOf(1);
  });

  it('is rolled when its template changes', async () => {
    await world.operator();
    const template = await world.template({ warmPool: { size: 2 } });
    await poolOf(2);
    await world.patch(SESSION_TEMPLATE, template, { spec: { image: 'runner:2' } });
    await settled(
      world.view.pods,
      'all are new',
      () => warm().length === 2 && warm().every(({ spec }) => spec?.containers[0]?.image === 'runner:2'),
    );
  });

  it('leaves a persistent session to a cold start', async () => {
    await world.operator();
    await world.template({ workspace: { kind: 'Persistent', size: '1Gi', accessModes: ['ReadWriteOnce'] } });
    const made = await world.session();
    expect((await ready(made.metadata.name)).status?.startKind).toBe('Cold');
  });
});

describe('a template whose warm pods cannot start', () => {
  it('says why, and not any more once it wants none', async () => {
    await world.kubelet.close();
    await world.operator();
    const template = await world.template({ warmPool: { size: 1 } });
    const pod = await seen(world.view.pods, 'a warm pod', ({ metadata }) => metadata.name.startsWith('warm-'));
    await world.kubelet.waiting(pod, 'ImagePullBackOff', 'no such image');
    const wanted = (status: string, reason: string) =>
      seen(world.view.templates, reason, (one) =>
        (one.status?.conditions ?? []).some(
          (condition) =>
            condition.type === 'WarmPoolReady' && condition.status === status && condition.reason === reason,
        ),
      );
    const failing = await wanted('False', 'ImagePullFailed');
    expect(JSON.stringify(failing.status?.conditions)).toContain('no such image');
    await world.patch(SESSION_TEMPLATE, template, { spec: { warmPool: { size: 0 } } });
    await wanted('True', 'NoWarmPool');
  });
});

describe('races', () => {
  it('refill against a slow watch: no pod is made too many', async () => {
    const made = new Set<string>();
    world.view.pods.onChange((_, pod) => {
      if (pod?.metadata.name.startsWith('warm-') === true) made.add(pod.metadata.uid ?? '');
    });
    await world.operator();
    await world.template({ warmPool: { size: 12 } });
    await poolOf(12);
    expect(made.size).toBe(12);
    const sessions = await Promise.all([1, 2, 3].map(() => world.session({ owner: randomUUID() })));
    await Promise.all(sessions.map(({ metadata }) => ready(metadata.name)));
    await poolOf(12);
    expect(made.size).toBe(15);
  });

  it('two operators that claim one pod: one of them gets it', async () => {
    const template = await world.template({ warmPool: { size: 1 } });
    const operator = await world.operator();
    await poolOf(1);
    await operator.close();
    const { placement } = loadConfig(operatorEnvironment(world.namespace));
    const metrics = new OperatorMetrics(new Registry(), world.view);
    const [first, second] = await Promise.all([world.session({ owner: 'ada' }), world.session({ owner: 'bob' })]);
    // Two processes with the same view of the pod, at the same time.
    const pools = [1, 2].map(() => new WarmPool({ client: world.api, pods: world.view.pods, placement, metrics }));
    const claims = await Promise.all([pools[0]!.claim(first, template, 0), pools[1]!.claim(second, template, 0)]);
    expect(claims.filter((claim) => claim !== null)).toHaveLength(1);
  });

  it('two operators that both believe to lead never give one pod to two sessions', async () => {
    const owners = new Map<string, Set<string>>();
    world.view.pods.onChange((_, pod) => {
      const session = pod?.metadata.labels?.[LABELS.session];
      if (pod === undefined || session === undefined) return;
      const uid = pod.metadata.uid ?? '';
      owners.set(uid, (owners.get(uid) ?? new Set()).add(session));
    });
    await world.template({ warmPool: { size: 5 } });
    await Promise.all([world.operator(), world.operator()]);
    await seen(world.view.templates, 'a pool', ({ status }: SessionTemplate) => (status?.warmPool?.ready ?? 0) >= 5);
    const sessions = await Promise.all(Array.from({ length: 15 }, () => world.session({ owner: randomUUID() })));
    await Promise.all(sessions.map(({ metadata }) => ready(metadata.name)));
    expect([...owners.values()].filter((names) => names.size > 1)).toEqual([]);
    // Where each has made a pod for one session, both may remove the other's: that session ends, and is nobody else's. One leader, which
    // is what the Lease is for, has no such quarrel.
    await settled(world.view.pods, 'no second pod for a session', () =>
      sessions.every(({ metadata }) => world.view.pods.find('session', metadata.name).length <= 1),
    );
  });
});
