import type { ClaudeSession, ClaudeSessionStatus, SessionTemplate } from '@claude-webui/protocol/kubernetes';
import { LABELS, SESSION_FINALIZER, sessionTemplateSpecSchema } from '@claude-webui/protocol/kubernetes';
import type { Pod, PodStatus } from '../pod/pod';
import { CONTAINER } from '../pod/pod';
import { decide } from './decide';
import type { Decision } from './decision';
import type { Observation } from './observation';

const CREATED = '2026-01-01T00:00:00Z';
const START = Date.parse(CREATED);
const NAME = 's';

const template = (
  workspace: 'Ephemeral' | 'Persistent' = 'Ephemeral',
  onIdle: 'End' | 'Suspend' = 'End',
): SessionTemplate => ({
  metadata: { name: 'default', uid: 't' },
  spec: sessionTemplateSpecSchema.parse({ image: 'i', onIdle, workspace: { kind: workspace } }),
});

function session(status: ClaudeSessionStatus | undefined, spec: Partial<ClaudeSession['spec']> = {}): ClaudeSession {
  return {
    metadata: { name: NAME, uid: 'u', generation: 1, creationTimestamp: CREATED, finalizers: [SESSION_FINALIZER] },
    spec: {
      owner: 'ada',
      templateRef: { name: 'default' },
      workspace: 'default',
      suspend: false,
      idleTimeoutSeconds: 0,
      idleWarningSeconds: 0,
      detachGraceSeconds: 900,
      maxLifetimeSeconds: 0,
      ttlSecondsAfterFinished: 3600,
      ...spec,
    },
    ...(status === undefined ? {} : { status }),
  };
}

function pod(status: PodStatus, metadata: Partial<Pod['metadata']> = {}): Observation['pods'][number] {
  return {
    pod: {
      metadata: {
        name: `cs-${NAME}-0`,
        uid: 'p',
        labels: { [LABELS.start]: '0' },
        creationTimestamp: CREATED,
        ...metadata,
      },
      spec: { nodeName: 'n', containers: [], terminationGracePeriodSeconds: 30 },
      status,
    },
    event: null,
  };
}
const over = (exitCode: number, message?: string): PodStatus => ({
  phase: exitCode === 0 ? 'Succeeded' : 'Failed',
  containerStatuses: [
    { name: CONTAINER, state: { terminated: { exitCode, ...(message === undefined ? {} : { message }) } } },
  ],
});
const ready: PodStatus = {
  phase: 'Running',
  podIP: '10.0.0.1',
  conditions: [{ type: 'Ready', status: 'True' }],
  containerStatuses: [{ name: CONTAINER, ready: true, state: { running: {} } }],
};

const observe = (with_: Partial<Observation>): Observation => ({
  now: START + 60_000,
  session: session(undefined),
  template: template(),
  pods: [],
  report: null,
  refusal: null,
  startDeadlineMs: 600_000,
  ...with_,
});

const types = ({ steps }: Decision) => steps.map(({ type }) => type);
const written = ({ steps }: Decision) => {
  const write = steps.find((step) => step.type === 'write-status');
  return write?.type === 'write-status' ? write.status : undefined;
};
const alive: ClaudeSessionStatus = {
  phase: 'Ready',
  podUID: 'p',
  readyTime: CREATED,
  startTime: CREATED,
  endpoint: 'e',
};

describe('what is decided about a session', () => {
  it.each<[string, Partial<Observation>, string[]]>([
    ['a new one gets its pod', {}, ['start']],
    [
      'first of all the finalizer',
      { session: { ...session(undefined), metadata: { name: NAME, creationTimestamp: CREATED } } },
      ['add-finalizer', 'start'],
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
    ['then its finalizer', { session: session({ phase: 'Ended', endTime: CREATED }) }, ['remove-finalizer']],
    [
      'then itself',
      { now: START + 3_600_000, session: session({ phase: 'Ended', endTime: CREATED }) },
      ['remove-finalizer', 'delete-session'],
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
      { session: session({ ...alive, crashes: 1 }), pods: [pod(over(1))] },
      { phase: 'Failed', reason: 'RunnerCrashed' },
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
      'persistent, but replaced ten times already',
      { session: session({ ...alive, restarts: 10 }), template: template('Persistent') },
      { phase: 'Failed', reason: 'Evicted' },
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

  it('a session that runs undisturbed is written once, and not again', () => {
    const first = written(decide(observe({ pods: [pod(ready)] })));
    const again = observe({ now: START + 999_000, session: session(first), pods: [pod(ready)] });
    expect(written(decide(again))).toEqual(first);
  });

  it('an idle session with a persistent workspace is suspended where the template wants it', () => {
    const idle = pod(over(0, '{"reason":"idle-timeout"}'));
    const decision = decide(
      observe({ session: session(alive), template: template('Persistent', 'Suspend'), pods: [idle] }),
    );
    expect(types(decision)).toEqual(['suspend']);
  });

  it('lets a deletion wait for the pod, then ends it by force, then gives up on the pod', () => {
    const deleted = session(alive);
    deleted.metadata.deletionTimestamp = CREATED;
    const terminating = pod(ready, { deletionTimestamp: '2026-01-01T00:00:30Z' });
    const at = (seconds: number) =>
      decide(observe({ now: START + seconds * 1000, session: deleted, pods: [terminating] }));
    expect(at(10)).toEqual({ steps: [], requeueAfterMs: 50_000 });
    expect(at(61).steps).toMatchObject([{ type: 'delete-pod', force: true }]);
    expect(types(at(91))).toEqual(['delete-pod', 'remove-finalizer']);
  });
});
