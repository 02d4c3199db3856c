import type { ClaudeSessionStatus, EndAction } from '@claude-webui/kubernetes-api';
import { FORMER_FINALIZER } from '@claude-webui/kubernetes-api';
import {
  CREATED,
  DAY_MS,
  NAME,
  START,
  alive,
  crashed,
  eventOf,
  evicted,
  observe,
  over,
  pod,
  ready,
  session,
  silentSince,
  suspended,
  template,
  types,
  unready,
  written,
} from '../testing/observed-session';
import { decide } from './decide';
import type { Observation } from './observation';

const stringContaining = (text: string): unknown => expect.stringContaining(text);

test.each([
  ['10.0.0.1', 'http://10.0.0.1:7681'],
  ['fd00::1', 'http://[fd00::1]:7681'],
])(
  'an endpoint that somebody has written into the status gives way to the address of the pod, %s',
  (podIP, endpoint) => {
    const forged = session({ ...alive, endpoint: 'http://10.0.0.66:7681' });
    expect(written(decide(observe({ session: forged, pods: [pod({ ...ready, podIP })] })))).toMatchObject({ endpoint });
  },
);

test('a session whose pod has no address has no endpoint', () => {
  const forged = session({ ...alive, endpoint: 'http://10.0.0.66:7681' });
  const { podIP: _podIP, ...elsewhere } = ready;
  expect(written(decide(observe({ session: forged, pods: [pod(elsewhere)] })))?.endpoint).toBeUndefined();
});

describe('what is decided about a session', () => {
  it.each<[string, Partial<Observation>, string[]]>([
    ['a new one gets its pod', {}, ['start']],
    [
      'what an earlier release put on it goes first of all',
      {
        session: {
          ...session(undefined),
          metadata: { name: NAME, creationTimestamp: CREATED, finalizers: [FORMER_FINALIZER] },
        },
      },
      ['remove-finalizer', 'start'],
    ],
    ['nothing starts beside a predecessor', { session: session({ restarts: 1 }), pods: [pod(ready)] }, ['delete-pod']],
    [
      'a second pod of the same number goes',
      { session: session(alive), pods: [pod(ready), pod(ready, { name: 'warm-1', uid: 'q' })] },
      ['delete-pod', 'write-status'],
    ],
    [
      'a finished one loses its pod',
      { session: session({ phase: 'Ended', endTime: CREATED }), pods: [pod(ready)] },
      ['delete-pod'],
    ],
    [
      'one that has failed, too',
      { session: session({ phase: 'Failed', endTime: CREATED }), pods: [pod(ready)] },
      ['delete-pod'],
    ],
    [
      'then itself',
      { now: START + 3_600_000, session: session({ phase: 'Ended', endTime: CREATED }) },
      ['delete-session'],
    ],
  ])('%s', (_, observation, expected) => {
    expect(types(decide(observe(observation)))).toEqual(expected);
  });

  it.each<[string, Partial<Observation>, ClaudeSessionStatus]>([
    [
      'the program left',
      { pods: [pod(over(0, '{"reason":"exited","exitCode":2}'))] },
      { phase: 'Ended', reason: 'ProgramExited', exitCode: 2 },
    ],
    [
      'the runner could not start the CLI',
      { pods: [pod(over(0, '{"reason":"cli-not-installed"}'))] },
      { phase: 'Failed', reason: 'CliNotInstalled' },
    ],
    [
      'the CLI does not obey the policy',
      { pods: [pod(over(0, '{"reason":"policy-not-enforced","detail":"It ran a denied command."}'))] },
      { phase: 'Failed', reason: 'PolicyNotEnforced' },
    ],
    [
      'a fork bomb, which nobody wants back',
      { template: template('Persistent'), pods: [pod(over(0, '{"reason":"too-many-processes"}'))] },
      { phase: 'Failed', reason: 'TooManyProcesses' },
    ],
    [
      'idle, and the template ends idle sessions',
      { pods: [pod(over(0, '{"reason":"idle-timeout"}'))] },
      { phase: 'Ended', reason: 'IdleTimeout' },
    ],
    [
      'a first crash',
      { pods: [pod(over(139))] },
      { phase: 'Starting', reason: 'Restarting', restarts: 1, crashes: 1, lastRestartReason: 'RunnerCrashed' },
    ],
    [
      'a second crash',
      {
        session: session({ ...alive, crashes: 1, recentRestarts: [crashed('2026-01-01T00:00:30Z')] }),
        pods: [pod(over(1))],
      },
      { phase: 'Failed', reason: 'RunnerCrashed' },
    ],
    [
      'a second crash, days after the first',
      {
        now: START + 2 * DAY_MS,
        session: session({ ...alive, restarts: 0, crashes: 1, recentRestarts: [crashed(CREATED)] }),
        pods: [pod(over(1))],
      },
      { reason: 'Restarting', crashes: 2 },
    ],
    [
      'a container that was killed because it did not answer',
      { session: session({ ...alive, conditions: [silentSince('2026-01-01T00:00:10Z')] }), pods: [pod(over(137))] },
      { reason: 'Restarting', lastRestartReason: 'RunnerUnresponsive' },
    ],
    [
      'the same, by the event of the kubelet',
      {
        pods: [pod(over(137))].map((one) => ({
          ...one,
          event: eventOf('Unhealthy', 'Liveness probe failed: timeout'),
        })),
      },
      { reason: 'Restarting', lastRestartReason: 'RunnerUnresponsive' },
    ],
    [
      'a container that does not answer',
      { session: session(alive), pods: [pod(unready)] },
      { phase: 'Ready', reason: 'Running' },
    ],
    [
      'one that has not answered for ten minutes, whatever the kubelet does',
      {
        now: START + 700_000,
        session: session({ ...alive, conditions: [silentSince(CREATED)] }),
        pods: [pod(unready)],
      },
      { reason: 'Restarting', lastRestartReason: 'RunnerUnresponsive', crashes: 1 },
    ],
    [
      'suspended for as long as one may be',
      {
        now: START + DAY_MS,
        session: session({ ...suspended }, { suspend: true }),
        suspension: { ttlMs: DAY_MS, max: 10, newer: 0 },
      },
      { phase: 'Ended', reason: 'SuspensionExpired' },
    ],
    [
      'more are suspended than one person may have',
      { session: session({ ...suspended }, { suspend: true }), suspension: { ttlMs: DAY_MS, max: 2, newer: 2 } },
      { phase: 'Ended', reason: 'TooManySuspended' },
    ],
    [
      'suspended, with the time when that ends',
      { session: session({ ...suspended }, { suspend: true }), suspension: { ttlMs: DAY_MS, max: 2, newer: 1 } },
      { phase: 'Suspended', suspendedUntil: '2026-01-02T00:00:00Z' },
    ],
    [
      'nonsense in the termination log',
      { pods: [pod(over(1, '{"reason":'))] },
      { reason: 'Restarting', lastRestartReason: 'RunnerCrashed' },
    ],
    [
      'an ephemeral workspace on a lost node',
      { pods: [pod({ phase: 'Failed', reason: 'NodeLost' })] },
      { phase: 'Failed', reason: 'NodeLost' },
    ],
    [
      'a persistent one',
      { template: template('Persistent'), pods: [pod({ phase: 'Failed', reason: 'NodeLost' })] },
      { phase: 'Starting', reason: 'Restarting', lastRestartReason: 'NodeLost' },
    ],
    [
      'its pod was deleted by somebody',
      { template: template('Persistent') },
      { reason: 'Restarting', lastRestartReason: 'Evicted' },
    ],
    [
      'persistent, but replaced ten times within a day',
      {
        session: session({ ...alive, recentRestarts: Array.from({ length: 10 }, () => evicted(CREATED)) }),
        template: template('Persistent'),
      },
      { phase: 'Failed', reason: 'Evicted' },
    ],
    [
      'persistent, and replaced a hundred times in its life',
      {
        now: START + 2 * DAY_MS,
        session: session({
          ...alive,
          restarts: 100,
          recentRestarts: Array.from({ length: 10 }, () => evicted(CREATED)),
        }),
        template: template('Persistent'),
      },
      { reason: 'Restarting', restarts: 101 },
    ],
    [
      'lifetime over',
      { session: session(alive, { maxLifetimeSeconds: 60 }), pods: [pod(ready)] },
      { phase: 'Ended', reason: 'LifetimeExceeded' },
    ],
    [
      'somebody is attached',
      {
        pods: [pod(ready)],
        report: {
          bound: true,
          sessionId: NAME,
          report: { activity: 'done', attachments: 2, lastActivityAt: START },
        },
      },
      { phase: 'Attached', attachments: 2 },
    ],
    [
      'nobody is attached any more',
      {
        session: session({ ...alive, phase: 'Attached' }),
        pods: [pod(ready)],
        report: {
          bound: true,
          sessionId: NAME,
          report: { activity: 'working', attachments: 0, lastActivityAt: START },
        },
      },
      { phase: 'Detached', attachments: 0 },
    ],
    [
      'no gateway has come for it',
      {
        now: START + 3_600_000,
        session: session({
          ...alive,
          conditions: [{ type: 'Ready', status: 'True', reason: 'Running', message: '', lastTransitionTime: CREATED }],
        }),
        pods: [pod(ready)],
        report: { bound: false, sessionId: null, report: null },
      },
      { phase: 'Ended', reason: 'DetachTimeout' },
    ],
    [
      'suspend, and the pod is gone',
      { session: session(alive, { suspend: true }) },
      { phase: 'Suspended', reason: 'Suspended' },
    ],
    [
      'too long without a node',
      {
        now: START + 600_000,
        session: session(undefined),
        pods: [
          pod({ conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: 'x' }] }),
        ].map((one) => ({ ...one, pod: { ...one.pod, spec: { containers: [] } } })),
      },
      { phase: 'Failed', reason: 'Unschedulable' },
    ],
  ])('%s', (_, observation, expected) => {
    expect(written(decide(observe({ session: session(alive), ...observation })))).toMatchObject(expected);
  });

  it('a session that is to be suspended loses its pod first, and is suspended when nothing of it runs', () => {
    const asked = session(alive, { suspend: true });
    const first = decide(observe({ session: asked, pods: [pod(ready)] }));
    expect(types(first)).toEqual(['write-status', 'delete-pod']);
    expect(written(first)).toMatchObject({ phase: 'Ready', message: 'The session is being suspended.' });
    const then = decide(observe({ session: asked, pods: [pod(over(0))] }));
    expect(types(then)).toEqual(['delete-pod', 'write-status']);
    expect(written(then)).toMatchObject({ phase: 'Suspended' });
  });

  it('every pod that is to go may end in its grace: the runner keeps what it has until then', () => {
    const asked = session(alive, { suspend: true });
    for (const o of [
      { session: asked, pods: [pod(ready)] },
      { session: session({ phase: 'Ended', endTime: CREATED }), pods: [pod(ready)] },
      { session: session({ restarts: 1 }), pods: [pod(ready)] },
    ])
      expect(decide(observe(o)).steps).toContainEqual({ type: 'delete-pod', pod: o.pods[0]?.pod, force: false });
  });

  it('a session of which too many are suspended says how many one may have', () => {
    const suspension = { ttlMs: Infinity, max: 3, newer: 3 };
    const one = observe({ session: session(suspended, { suspend: true }), suspension });
    expect(written(decide(one))).toMatchObject({ phase: 'Ended', message: stringContaining('3 other sessions') });
    const kept = { ...one, suspension: { ...suspension, newer: 2 } };
    expect(written(decide(kept))).toMatchObject({ phase: 'Suspended' });
  });

  it.each<[string, Partial<Observation>]>([
    ['that starts', {}],
    ['that runs', { session: session(alive), pods: [pod(ready)] }],
    ['that is suspended without a bound', { session: session(suspended, { suspend: true }) }],
  ])('nobody looks again at a session %s, unless there is news', (_, with_) => {
    expect(decide(observe(with_))).not.toHaveProperty('requeueAfterMs');
  });

  it('a second pod that is already going is looked at when its grace is over', () => {
    const going = pod(ready, { name: 'warm-1', uid: 'q', deletionTimestamp: '2026-01-01T00:01:30Z' });
    const decision = decide(observe({ session: session(alive), pods: [pod(ready), going] }));
    expect(types(decision)).toEqual(['write-status']);
    expect(decision.requeueAfterMs).toBe(60_000);
  });

  it('a pod whose labels are gone is not the session’s', () => {
    const bare = pod(ready);
    delete bare.pod.metadata.labels;
    expect(types(decide(observe({ pods: [bare] })))).toEqual(['delete-pod']);
  });

  it('a session that nobody has written down gets another pod when its first is lost, whatever its workspace', () => {
    for (const kind of ['Persistent', 'Ephemeral'] as const) {
      const lost = (status: Parameters<typeof pod>[0]) =>
        written(decide(observe({ session: session(undefined), template: template(kind), pods: [pod(status)] })));
      expect(lost(over(1))).toMatchObject({ reason: 'Restarting', lastRestartReason: 'RunnerCrashed', crashes: 1 });
      const drained = { type: 'DisruptionTarget', status: 'True' as const, reason: 'EvictionByEvictionAPI' };
      expect(lost({ ...over(143), conditions: [drained] })).toMatchObject({
        reason: 'Restarting',
        lastRestartReason: 'Evicted',
      });
    }
  });

  it('a session whose template is gone counts as ephemeral: nobody says that its files are kept', () => {
    const gone = {
      session: session(alive),
      template: null,
      pods: [pod({ phase: 'Failed' as const, reason: 'NodeLost' })],
    };
    expect(written(decide(observe(gone)))).toMatchObject({ phase: 'Failed', reason: 'NodeLost' });
  });

  it('a pod that somebody takes away is waited for, and another is counted only when it is gone', () => {
    const taken = pod(ready, { deletionTimestamp: '2026-01-01T00:01:30Z' });
    const o = observe({ session: session(alive), template: template('Persistent'), pods: [taken] });
    const decision = decide(o);
    expect(types(decision)).toEqual(['write-status']);
    expect(written(decision)).toMatchObject({
      podUID: 'p',
      message: 'The pod was deleted. The session will be started again.',
    });
    expect(written(decision)).not.toHaveProperty('restarts');
    expect(decision.requeueAfterMs).toBe(60_000);
    // Its kubelet is gone, too.
    const late = decide({ ...o, now: START + 120_000 });
    expect(late.steps).toMatchObject([{ type: 'write-status' }, { type: 'delete-pod', force: true }]);
  });

  it('a resumed session announces no end any more', () => {
    const resumed = session({ ...alive, suspendedUntil: '2026-01-02T00:00:00Z' });
    expect(written(decide(observe({ session: resumed, pods: [pod(ready)] })))).not.toHaveProperty('suspendedUntil');
  });

  it('an activity in the future, which an earlier release has written, is replaced', () => {
    const future = session({ ...alive, lastActivityTime: '9999-12-31T23:59:59Z' });
    const heard = observe({ session: future, pods: [pod(ready)], activityAt: START });
    expect(written(decide(heard))?.lastActivityTime).toBe('2026-01-01T00:00:00Z');
  });

  it('a session that runs undisturbed is written once, and not again', () => {
    const first = written(decide(observe({ pods: [pod(ready)] })));
    const again = observe({ now: START + 999_000, session: session(first), pods: [pod(ready)] });
    expect(written(decide(again))).toEqual(first);
  });

  it.each<[string, EndAction, EndAction | undefined, string]>([
    ['idle-timeout', 'Suspend', undefined, 'suspend'],
    ['idle-timeout', 'End', 'Suspend', 'write-status'],
    ['detach-timeout', 'End', 'Suspend', 'suspend'],
    ['detach-timeout', 'Suspend', 'End', 'write-status'],
    ['detach-timeout', 'End', undefined, 'write-status'],
  ])('after %s, with onIdle %s and onDetach %s, the first step is %s', (reason, onIdle, onDetach, step) => {
    const left = pod(over(0, JSON.stringify({ reason })));
    const decision = decide(
      observe({ session: session(alive), template: template('Persistent', onIdle, onDetach), pods: [left] }),
    );
    expect(types(decision)).toEqual([step]);
  });

  describe('of evictions that are to be refused', () => {
    const MINUTE_MS = 60_000;
    const bounds = { nodesAreKnown: true, noticeMs: 5 * MINUTE_MS };
    const persistent = template('Persistent');
    const served = (with_: Partial<Observation>) =>
      observe({ session: session(alive), pods: [pod(ready)], protection: bounds, ...with_ });
    const attachedBy = (attachments: number): Partial<Observation> => ({
      report: { bound: true, sessionId: NAME, report: { activity: 'working', attachments, lastActivityAt: START } },
    });
    /** Its node was cordoned when it started. */
    const cordoned: Partial<Observation> = {
      template: persistent,
      isOnCordonedNode: true,
      session: session({
        ...alive,
        conditions: [
          { type: 'NodeDraining', status: 'True', reason: 'NodeCordoned', message: '', lastTransitionTime: CREATED },
        ],
      }),
    };
    const last = (with_: Partial<Observation>) => types(decide(served(with_))).at(-1);

    it.each<[string, Partial<Observation>, boolean]>([
      ['an ephemeral one, which would be lost', {}, true],
      ['an ephemeral one on a node that has been cordoned for hours', { ...cordoned, template: template() }, true],
      ['a persistent one, whose person is to have a notice', { template: persistent }, true],
      [
        'a persistent one, where nobody knows of cordoned nodes',
        { template: persistent, protection: { ...bounds, nodesAreKnown: false } },
        false,
      ],
      ['one whose node has just been cordoned, and somebody is attached', { ...cordoned, ...attachedBy(1) }, true],
      ['one whose node has been cordoned, and nobody is attached', { ...cordoned, ...attachedBy(0) }, false],
      [
        'one whose person has had the notice for long enough',
        { ...cordoned, ...attachedBy(1), now: START + 5 * MINUTE_MS },
        false,
      ],
      [
        'one that was ready long before its node was cordoned',
        {
          ...attachedBy(1),
          template: persistent,
          isOnCordonedNode: true,
          now: START + 60 * MINUTE_MS,
          session: session({
            ...alive,
            conditions: [
              { type: 'Ready', status: 'True', reason: 'Running', message: '', lastTransitionTime: CREATED },
              {
                type: 'NodeDraining',
                status: 'True',
                reason: 'NodeCordoned',
                message: '',
                lastTransitionTime: '2026-01-01T00:56:00Z',
              },
            ],
          }),
        },
        true,
      ],
      [
        'one whose person has not had a notice yet',
        { ...attachedBy(1), template: persistent, isOnCordonedNode: true },
        true,
      ],
      [
        'one of which somebody was attached when it was heard of last',
        { ...cordoned, session: session({ ...cordoned.session?.status, attachments: 1 }) },
        true,
      ],
      [
        'one whose runner has nothing to say, and nobody was attached',
        { ...cordoned, report: { bound: true, sessionId: NAME, report: null } },
        false,
      ],
      ['one whose template is gone', { template: null }, false],
      ['one that is to be suspended', { session: session(alive, { suspend: true }), template: persistent }, false],
      ['one that is over', { session: session({ ...alive, phase: 'Ended', endpoint: undefined }) }, false],
      ['one that starts', { session: session({ ...alive, endpoint: undefined }) }, false],
      ['any, if that is not wanted', { protection: null }, false],
    ])('%s: %#', (_, with_, isWanted) => {
      expect(last({ ...with_, isProtected: !isWanted })).toBe(isWanted ? 'protect' : 'unprotect');
      expect(['protect', 'unprotect']).not.toContain(last({ ...with_, isProtected: isWanted }));
    });

    it('looks again when the notice has been there for long enough', () => {
      const { requeueAfterMs } = decide(served({ ...cordoned, ...attachedBy(1), isProtected: true }));
      expect(requeueAfterMs).toBe(4 * MINUTE_MS);
    });
  });

  describe('of a session whose node is being emptied', () => {
    const target = { type: 'DisruptionTarget', status: 'True' as const, reason: 'EvictionByEvictionAPI' };
    const evictedPod = pod({ ...ready, conditions: [target] }, { deletionTimestamp: '2026-01-01T00:01:30Z' });
    const persistent = template('Persistent');
    const observeDrain = (with_: Partial<Observation>) =>
      observe({ template: persistent, pods: [evictedPod], session: session(alive), ...with_ });
    const attachedBy = (attachments: number): Partial<Observation> => ({
      report: { bound: true, sessionId: NAME, report: { activity: 'working', attachments, lastActivityAt: START } },
    });

    it.each<[string, Partial<Observation>, string[]]>([
      ['persistent, and nobody is attached: suspended', attachedBy(0), ['write-status', 'suspend']],
      ['nobody was attached when it was heard last: suspended', {}, ['write-status', 'suspend']],
      [
        'its pod is over already: suspended',
        { pods: [pod({ ...over(143), conditions: [target] })] },
        ['write-status', 'suspend'],
      ],
      ['somebody is attached: suspended', attachedBy(1), ['write-status', 'suspend']],
      [
        'somebody waits for its start',
        { session: session({ phase: 'Starting', podUID: 'p', readyTime: CREATED }) },
        ['write-status'],
      ],
      ['ephemeral: nothing of it could be suspended', { template: template(), ...attachedBy(0) }, ['write-status']],
    ])('%s', (_, with_, steps) => {
      expect(types(decide(observeDrain(with_)))).toEqual(steps);
    });

    it('it is suspended however often it was disrupted before', () => {
      const recentRestarts = Array.from({ length: 10 }, () => evicted(CREATED));
      const often = { ...attachedBy(1), session: session({ ...alive, recentRestarts }) };
      expect(types(decide(observeDrain(often)))).toEqual(['write-status', 'suspend']);
    });

    it('it says why for as long as it is suspended, and no longer', () => {
      const leaving = written(decide(observeDrain({})));
      expect(leaving?.message).toBe(
        'The machine on which the session ran is being emptied. The session is being suspended.',
      );
      const asked = { suspend: true };
      const suspending = written(decide(observeDrain({ session: session(leaving, asked) })));
      const first = written(decide(observe({ template: persistent, session: session(suspending, asked) })));
      expect(first).toMatchObject({ phase: 'Suspended' });
      expect(first?.message).toContain('because the machine on which it ran was being emptied');
      const again = written(decide(observe({ template: persistent, session: session(first, asked) })));
      expect(again).toEqual(first);
      const resumed = written(decide(observe({ template: persistent, session: session(first), pods: [pod(ready)] })));
      const byHand = observe({ template: persistent, session: session(resumed, asked) });
      expect(written(decide(byHand))?.message).not.toContain('emptied');
    });

    it('before anybody evicts it, whoever is attached is told what becomes of the files, until the node is let alone', () => {
      const told = (with_: Partial<Observation>) =>
        written(decide(observe({ session: session(alive), pods: [pod(ready)], isOnCordonedNode: true, ...with_ })));
      const noticeOf = (status: ClaudeSessionStatus | undefined) =>
        status?.conditions?.find(({ type }) => type === 'NodeDraining')?.message;
      expect(noticeOf(told({ template: persistent }))).toMatch(/is being emptied\. .* its files are kept,/);
      expect(noticeOf(told({ template: template() }))).toMatch(/is being emptied\. .* are lost/);
      const after = told({ session: session(told({})), isOnCordonedNode: false });
      expect(noticeOf(after)).toBeUndefined();
      expect(noticeOf(written(decide(observeDrain({ isOnCordonedNode: true }))))).toBeUndefined();
    });

    it('an ephemeral one is told that its files are lost', () => {
      expect(written(decide(observeDrain({ template: template() })))).toMatchObject({
        phase: 'Failed',
        reason: 'Evicted',
        message: 'The machine on which the session ran is being emptied. Its workspace was ephemeral and is lost.',
      });
    });
  });

  describe('of a session that passes its limits though its runner answers', () => {
    const HOUR_MS = 3_600_000;
    const at = (now: number, with_: Partial<Observation>, activity: 'idle' | 'working' = 'idle', attachments = 0) =>
      decide(
        observe({
          now: START + now,
          session: session({ ...alive, phase: 'Detached' }, { idleTimeoutSeconds: 3600 }),
          pods: [pod(ready)],
          report: { bound: true, sessionId: NAME, report: { activity, attachments, lastActivityAt: START } },
          ...with_,
        }),
      );
    const detachedSince = (lastTransitionTime: string) => ({
      session: session({
        ...alive,
        phase: 'Detached' as const,
        conditions: [
          { type: 'Attached', status: 'False' as const, reason: 'NoBrowser', message: '', lastTransitionTime },
        ],
      }),
    });

    it('the operator ends what was detached for the grace and five minutes', () => {
      expect(written(at(1_199_000, detachedSince(CREATED)))?.phase).toBe('Detached');
      expect(at(1_199_000, detachedSince(CREATED)).requeueAfterMs).toBe(1000);
      expect(written(at(1_200_000, detachedSince(CREATED)))).toMatchObject({ phase: 'Ended', reason: 'DetachTimeout' });
    });

    it('the operator reaches the idle end though nobody is attached', () => {
      const idle = { template: template('Persistent', 'Suspend') };
      expect(written(at(HOUR_MS, idle))?.phase).toBe('Detached');
      expect(types(at(HOUR_MS + 300_000, idle))).toEqual(['suspend']);
    });

    const attachedSince = (lastTransitionTime: string) => ({
      session: session({
        ...alive,
        phase: 'Attached' as const,
        conditions: [
          { type: 'Attached', status: 'True' as const, reason: 'BrowserAttached', message: '', lastTransitionTime },
        ],
      }),
    });
    const activeAt = (lastActivityAt: number): Partial<Observation> => ({
      ...detachedSince(CREATED),
      report: { bound: true, sessionId: NAME, report: { activity: 'idle', attachments: 0, lastActivityAt } },
    });

    it('the operator counts from the last activity where that is later than the last browser, and from that where it is not', () => {
      expect(written(at(10 * HOUR_MS, activeAt(START + 10 * HOUR_MS - 1_199_000)))?.phase).toBe('Detached');
      expect(written(at(10 * HOUR_MS, activeAt(START + 10 * HOUR_MS - 1_200_000)))?.phase).toBe('Ended');
      const justLeft = detachedSince('2026-01-01T09:50:00Z');
      expect(written(at(10 * HOUR_MS, justLeft))?.phase).toBe('Detached');
    });

    it('the operator ends an idle one whose template is gone: nobody has said that it is to be kept', () => {
      expect(written(at(HOUR_MS + 300_000, { template: null }))).toMatchObject({
        phase: 'Ended',
        reason: 'IdleTimeout',
      });
    });

    it.each<[string, ReturnType<typeof at>]>([
      ['has had somebody attached for hours', at(10 * HOUR_MS, attachedSince(CREATED), 'idle', 1)],
      ['works', at(10 * HOUR_MS, detachedSince(CREATED), 'working')],
      ['has somebody attached', at(HOUR_MS, {}, 'idle', 1)],
      ['was not heard of for a while', at(10 * HOUR_MS, { ...detachedSince(CREATED), reportIsFresh: false })],
      [
        'is to be kept',
        at(10 * HOUR_MS, { ...detachedSince(CREATED), template: template('Ephemeral', 'Keep', 'Keep') }),
      ],
    ])('nothing ends one that %s', (_, decision) => {
      expect(written(decision)?.phase).toMatch(/Detached|Attached/);
    });
  });

  it('ends the pod of one that is deleted and kept by somebody, gracefully, then by force', () => {
    const deleted = session(alive);
    deleted.metadata.deletionTimestamp = CREATED;
    const terminating = pod(ready, { deletionTimestamp: '2026-01-01T00:00:30Z' });
    const at = (seconds: number) =>
      decide(observe({ now: START + seconds * 1000, session: deleted, pods: [terminating] }));
    expect(at(10)).toEqual({ steps: [], requeueAfterMs: 50_000 });
    expect(at(61).steps).toMatchObject([{ type: 'delete-pod', force: true }]);
    // One that is over goes with the object.
    expect(decide(observe({ session: deleted, pods: [pod(over(0))] }))).toEqual({ steps: [] });
  });
});
