import type { EndReason } from '@claude-webui/kubernetes-api';
import type { ContainerTerminated, Pod, PodStatus } from '@claude-webui/kubernetes-api/client';
import { CONTAINER } from '@claude-webui/kubernetes-api/client';
import { disruption, endCause } from './end-cause';

const matching = (pattern: RegExp): unknown => expect.stringMatching(pattern);
const DELETED = { deletionTimestamp: '2026-01-01T00:00:30Z' };

const pod = (status: PodStatus | undefined, metadata: Partial<Pod['metadata']> = {}): Pod => ({
  metadata: { name: 'cs-s-0', uid: 'p', ...metadata },
  ...(status === undefined ? {} : { status }),
});
const left = (terminated: ContainerTerminated, metadata: Partial<Pod['metadata']> = {}): Pod =>
  pod(
    {
      phase: terminated.exitCode === 0 ? 'Succeeded' : 'Failed',
      containerStatuses: [
        { name: 'a-mesh-proxy', state: { terminated: { exitCode: 3, reason: 'OOMKilled' } } },
        { name: CONTAINER, state: { terminated } },
      ],
    },
    metadata,
  );
const says = (words: unknown, exitCode = 0): ContainerTerminated => ({ exitCode, message: JSON.stringify(words) });
const target = (reason: string | undefined, message?: string, status: 'True' | 'False' | 'Unknown' = 'True') =>
  pod({
    phase: 'Failed',
    conditions: [
      { type: 'DisruptionTarget', status, ...(reason && { reason }), ...(message && { message }) },
      { type: 'Ready', status: 'False', reason: 'PodFailed' },
    ],
    containerStatuses: [{ name: CONTAINER, state: { terminated: says({ reason: 'exited', exitCode: 0 }) } }],
  });

describe('the cause that the runner has written', () => {
  it.each<[string, EndReason, RegExp]>([
    ['exited', 'ProgramExited', /Claude Code has ended/],
    ['terminated', 'Terminated', /by its owner or an administrator/],
    ['idle-timeout', 'IdleTimeout', /idle time/],
    ['detach-timeout', 'DetachTimeout', /No browser was connected/],
    ['lifetime-exceeded', 'LifetimeExceeded', /maximum lifetime/],
    ['out-of-memory', 'OutOfMemory', /more memory/],
    ['disk-full', 'DiskFull', /more disk space/],
    ['too-many-processes', 'TooManyProcesses', /more processes/],
    // Nobody asked the operator for it: the session is to come back, so it is a disruption.
    ['server-stopping', 'Evicted', /pod of the session was deleted/],
    ['cli-not-installed', 'CliNotInstalled', /not in the template's image/],
    ['policy-not-enforced', 'PolicyNotEnforced', /would not have obeyed/],
    ['start-failed', 'StartFailed', /could not be started/],
    ['runner-crashed', 'RunnerCrashed', /has crashed\.$/],
  ])('%s: %s', (reason, expected, message) => {
    const cause = endCause(left(says({ reason })));
    expect(cause).toMatchObject({ reason: expected, message: matching(message) });
    expect(cause).not.toHaveProperty('isDrain');
  });

  it('is passed on with its detail and the exit status of the program', () => {
    const cause = endCause(left(says({ reason: 'start-failed', detail: ' spawn claude EACCES\n', exitCode: 0 })));
    expect(cause).toEqual({
      reason: 'StartFailed',
      message: 'Claude Code could not be started. spawn claude EACCES',
      exitCode: 0,
    });
  });

  it('is passed on without what is no text or no number: anybody in the pod may have written it', () => {
    const cause = endCause(left(says({ reason: 'exited', detail: 5, exitCode: '3' })));
    expect(cause).toEqual({ reason: 'ProgramExited', message: 'Claude Code has ended.' });
  });

  it('may not fill the status of the session', () => {
    expect(endCause(left(says({ reason: 'start-failed', detail: 'x'.repeat(4000) }))).message).toHaveLength(1000);
  });

  it.each(['terminated', 'server-stopping'])('%s: somebody who deleted the pod has disrupted the session', (reason) => {
    expect(endCause(left(says({ reason }, 143), DELETED))).toMatchObject({ reason: 'Evicted' });
  });

  it.each(['exited', 'idle-timeout', 'detach-timeout'])('%s: holds for a pod that is being deleted, too', (reason) => {
    expect(endCause(left(says({ reason }), DELETED))).toEqual(endCause(left(says({ reason }))));
  });
});

describe('a runner that left no cause', () => {
  it.each<[string, string | undefined]>([
    ['nothing', undefined],
    ['an empty file', ''],
    ['no JSON', '{"reason":'],
    ['a number', '5'],
    ['null', 'null'],
    ['no reason', '{"exitCode":0}'],
    ['a reason of a later release', '{"reason":"bored"}'],
    ['a name of the language', '{"reason":"constructor"}'],
  ])('has crashed, and may be started again: %s', (_, message) => {
    const cause = endCause(left({ exitCode: 1, ...(message === undefined ? {} : { message }) }));
    expect(cause.reason).toBe('RunnerCrashed');
    expect(cause.message).toContain('(exit code 1)');
  });

  it.each([
    [1, 'exit code 1'],
    [128, 'exit code 128'],
    [129, 'signal 1'],
    [139, 'signal 11'],
  ])('exit code %i is shown as %s, with what was in its log', (exitCode, how) => {
    expect(endCause(left({ exitCode, message: 'panic' }))).toEqual({
      reason: 'RunnerCrashed',
      message: `The program that keeps the session has crashed (${how}). panic`,
    });
  });

  it('was killed for its memory, which would only happen again', () => {
    expect(endCause(left({ exitCode: 137, reason: 'OOMKilled' }))).toMatchObject({ reason: 'OutOfMemory' });
    expect(endCause(left({ exitCode: 137, reason: 'Error' }))).toMatchObject({ reason: 'RunnerCrashed' });
  });

  it('never ran: the node could not start it, and says why', () => {
    const refused = { phase: 'Failed' as const, reason: 'UnexpectedAdmissionError', message: 'no room' };
    const cause = { reason: 'StartFailed', message: 'The node could not run the pod. no room' };
    expect(endCause(pod(refused))).toEqual(cause);
    expect(endCause(pod({ ...refused, containerStatuses: [{ name: CONTAINER }] }))).toEqual(cause);
    expect(endCause(pod({ ...refused, containerStatuses: [{ name: 'a-mesh-proxy' }] }))).toEqual(cause);
    expect(endCause(pod(undefined))).toEqual({ reason: 'StartFailed', message: 'The node could not run the pod.' });
  });
});

describe('a pod that the cluster takes away', () => {
  it.each<[string, EndReason, RegExp]>([
    ['PreemptionByScheduler', 'Preempted', /higher priority/],
    ['DeletionByTaintManager', 'NodeLost', /lost or taken out of service/],
    ['DeletionByPodGC', 'NodeLost', /node of the session is gone/],
    ['TerminationByKubelet', 'Evicted', /node ended the pod/],
    ['SomethingOfALaterKubernetes', 'Evicted', /pod was removed/],
  ])('by the condition %s: %s, which is not a drain', (reason, expected, message) => {
    const cause = disruption(target(reason, 'as it says'));
    expect(cause).toEqual({ reason: expected, message: matching(message) });
    expect(cause?.message).toMatch(/ as it says$/);
    // The program may have left in good order, because it was told to: the session is to come back all the same.
    expect(endCause(target(reason, 'as it says'))).toEqual(cause);
  });

  it('by the eviction API: a drain', () => {
    expect(disruption(target('EvictionByEvictionAPI'))).toMatchObject({ reason: 'Evicted', isDrain: true });
  });

  it('by a condition without a reason', () => {
    expect(disruption(target(undefined))).toEqual({ reason: 'Evicted', message: 'The pod was removed.' });
  });

  it.each(['False', 'Unknown'] as const)('not by a disruption that was called off (%s)', (status) => {
    const kept = target('EvictionByEvictionAPI', undefined, status);
    expect(disruption(kept)).toBeNull();
    expect(endCause(kept)).toMatchObject({ reason: 'ProgramExited' });
  });

  it.each<[string, EndReason, RegExp]>([
    ['Preempting', 'Preempted', /higher priority/],
    ['Preempted', 'Preempted', /higher priority/],
    ['NodeLost', 'NodeLost', /lost or taken out of service/],
    ['NodeShutdown', 'Evicted', /shutting down\. as it says$/],
    ['Terminated', 'Evicted', /shutting down\. as it says$/],
    ['Evicted', 'Evicted', /short of resources\. as it says$/],
  ])('by the reason %s in its status: %s', (reason, expected, message) => {
    const taken = pod({ phase: 'Failed', reason, message: 'as it says' });
    const cause = { reason: expected, message: matching(message) };
    expect(disruption(taken)).toEqual(cause);
    expect(endCause(taken)).toEqual(cause);
  });

  it('not by another reason, or none', () => {
    expect(disruption(pod({ phase: 'Failed', reason: 'UnexpectedAdmissionError' }))).toBeNull();
    expect(disruption(pod(undefined))).toBeNull();
  });

  // The kubelet's own sentences.
  it.each<[string, EndReason]>([
    ['Pod ephemeral local storage usage exceeds the total limit of containers 1Gi. ', 'DiskFull'],
    ['Container session-runner exceeded its local ephemeral storage limit "1Gi". ', 'DiskFull'],
    ['Usage of EmptyDir volume "workspace" exceeds the limit "1Gi". ', 'DiskFull'],
    ['The node was low on resource: ephemeral-storage. ', 'DiskFull'],
    ['The node was low on resource: inodes. ', 'DiskFull'],
    ['The node had condition: [DiskPressure]. ', 'DiskFull'],
    ['The node was low on resource: memory. Threshold quantity: 100Mi, available: 50Mi. ', 'Evicted'],
    ['The node had condition: [MemoryPressure]. ', 'Evicted'],
    ['', 'Evicted'],
  ])('for what the kubelet says is short: "%s" is %s', (message, expected) => {
    for (const taken of [
      pod({ phase: 'Failed', reason: 'Evicted', message }),
      target('TerminationByKubelet', message),
    ]) {
      const cause = disruption(taken);
      expect(cause?.reason).toBe(expected);
      expect(cause?.message).toContain(message.trim());
    }
  });

  it('for disk only where the kubelet says so', () => {
    expect(disruption(target('DeletionByPodGC', 'node disk-7 is gone'))).toMatchObject({ reason: 'NodeLost' });
  });
});
