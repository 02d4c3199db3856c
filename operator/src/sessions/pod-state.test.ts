import type { SessionReason } from '@claude-webui/kubernetes-api';
import type { Pod, PodStatus } from '@claude-webui/kubernetes-api/client';
import { CONTAINER } from '@claude-webui/kubernetes-api/client';
import { eventOf, over, ready, unready } from '../testing/observed-session';
import { podState } from './pod-state';

const DELETED = { deletionTimestamp: '2026-01-01T00:00:30Z' };
const pod = (status: PodStatus | undefined, metadata: Partial<Pod['metadata']> = {}): Pod => ({
  metadata: { name: 'cs-s-0', uid: 'p', ...metadata },
  spec: { nodeName: 'n', containers: [] },
  ...(status === undefined ? {} : { status }),
});
/** Without a node. */
const unplaced = (status: PodStatus | undefined): Pod => ({ ...pod(status), spec: { containers: [] } });
const waiting = (reason?: string, message?: string): PodStatus => ({
  phase: 'Pending',
  containerStatuses: [
    { name: 'a-mesh-proxy', state: { waiting: { reason: 'ErrImagePull' } } },
    { name: CONTAINER, state: { waiting: { ...(reason && { reason }), ...(message && { message }) } } },
  ],
});
const scheduled = (status: 'True' | 'False' | 'Unknown', reason?: string, message?: string): PodStatus => ({
  phase: 'Pending',
  conditions: [
    { type: 'Initialized', status: 'False' },
    { type: 'PodScheduled', status, ...(reason && { reason }), ...(message && { message }) },
  ],
});
/** A start that comes to its end by itself, and one that needs help. */
const onItsWay = (reason: SessionReason, message: string, isScheduled = true) => ({
  kind: 'starting',
  reason,
  message,
  scheduled: isScheduled,
  trouble: false,
});
const troubled = (reason: SessionReason, message: string, isScheduled = true) => ({
  ...onItsWay(reason, message, isScheduled),
  trouble: true,
});

describe('a pod that looks for a node', () => {
  it.each<[string, PodStatus | undefined]>([
    ['nobody has looked at', undefined],
    ['the scheduler has not decided', scheduled('Unknown', 'Unschedulable')],
    ['the scheduler failed to decide', scheduled('False', 'SchedulerError')],
  ])('is on its way: %s', (_, status) => {
    expect(podState(unplaced(status), null)).toEqual(
      onItsWay('Scheduling', 'A node for the session is being chosen.', false),
    );
    expect(podState({ metadata: { name: 'cs-s-0' } }, null)).toMatchObject({ kind: 'starting', scheduled: false });
  });

  it('needs help if no node has room, and says what the scheduler says', () => {
    expect(podState(unplaced(scheduled('False', 'Unschedulable', '0/3 nodes')), null)).toEqual(
      troubled('Unschedulable', 'No node has room for the session: 0/3 nodes', false),
    );
    expect(podState(unplaced(scheduled('False', 'Unschedulable')), null)).toEqual(
      troubled('Unschedulable', 'No node has room for the session: ', false),
    );
  });

  it('waits for whoever has set a gate', () => {
    expect(podState(unplaced(scheduled('False', 'SchedulingGated')), null)).toEqual(
      onItsWay('Scheduling', 'The pod waits for a scheduling gate.', false),
    );
    expect(podState(unplaced(scheduled('Unknown', 'SchedulingGated')), null)).toEqual(
      onItsWay('Scheduling', 'A node for the session is being chosen.', false),
    );
  });

  it('has one as soon as either the pod or its condition says so', () => {
    const made = onItsWay('StartingContainer', 'The container of the session is being made.');
    expect(podState(unplaced(scheduled('True')), null)).toEqual(made);
    expect(podState(pod(scheduled('False', 'Unschedulable')), null)).toEqual(made);
    expect(podState(pod(undefined), null)).toEqual(made);
  });
});

describe('a pod whose container is being made', () => {
  it.each([
    'ErrImagePull',
    'ImagePullBackOff',
    'InvalidImageName',
    'ErrImageNeverPull',
    'RegistryUnavailable',
    'ImageInspectError',
    'SignatureValidationFailed',
  ])('needs help with its image: %s', (reason) => {
    const sentence = 'The image of the session cannot be fetched:';
    expect(podState(pod(waiting(reason, 'why')), null)).toEqual(troubled('ImagePullFailed', `${sentence} why`));
    expect(podState(pod(waiting(reason)), null)).toEqual(troubled('ImagePullFailed', `${sentence} ${reason}`));
  });

  it.each(['CreateContainerConfigError', 'CreateContainerError', 'RunContainerError'])(
    'needs help with its container: %s',
    (reason) => {
      const sentence = 'The container of the session cannot be made:';
      expect(podState(pod(waiting(reason, 'why')), null)).toEqual(troubled('StartingContainer', `${sentence} why`));
      expect(podState(pod(waiting(reason)), null)).toEqual(troubled('StartingContainer', `${sentence} ${reason}`));
    },
  );

  it.each(['FailedMount', 'FailedAttachVolume', 'FailedMapVolume'])('needs help with its workspace: %s', (reason) => {
    expect(podState(pod(waiting('ContainerCreating')), eventOf(reason, 'no volume'))).toEqual(
      troubled('StartingContainer', 'The workspace cannot be mounted yet: no volume'),
    );
  });

  it('needs help if its node cannot make it', () => {
    expect(podState(pod(waiting('ContainerCreating')), eventOf('FailedCreatePodSandBox', 'no address'))).toEqual(
      troubled('StartingContainer', 'The node cannot make the pod yet: no address'),
    );
  });

  it('is on its way while its image is fetched, which may take long', () => {
    expect(podState(pod(waiting('ContainerCreating')), eventOf('Pulling', 'Pulling image'))).toEqual(
      onItsWay('PullingImage', 'The image of the session is being fetched.'),
    );
  });

  it.each([
    ['nothing is said', pod(waiting()), null],
    ['the kubelet says so', pod(waiting('ContainerCreating', 'soon')), null],
    ['another event is the last', pod(waiting('PodInitializing')), eventOf('Pulled', 'Pulled image')],
  ])('is on its way: %s', (_, one, event) => {
    expect(podState(one, event)).toEqual(onItsWay('StartingContainer', 'The container of the session is being made.'));
  });

  it('is on its way: its container has no state yet', () => {
    expect(podState(pod({ phase: 'Pending', containerStatuses: [{ name: CONTAINER }] }), null)).toEqual(
      onItsWay('StartingContainer', 'The container of the session is being made.'),
    );
  });

  it('is judged by its status before what an event says, which may be old', () => {
    const event = eventOf('Pulling', 'Pulling image');
    expect(podState(pod(waiting('ErrImagePull', 'why')), event)).toMatchObject({ reason: 'ImagePullFailed' });
    expect(podState(pod(waiting('RunContainerError')), event)).toMatchObject({ trouble: true });
  });
});

describe('a pod that runs', () => {
  it('serves', () => {
    expect(podState(pod(ready), null)).toEqual({ kind: 'ready' });
  });

  it('does not answer, which its condition may explain', () => {
    const sentence = 'The session does not answer its health check.';
    expect(podState(pod(unready), null)).toEqual({ kind: 'unready', message: sentence });
    const why = { ...unready, conditions: [{ type: 'Ready', status: 'False' as const, message: 'timeout' }] };
    expect(podState(pod(why), null)).toEqual({ kind: 'unready', message: `${sentence} timeout` });
    expect(podState(pod({ ...unready, conditions: [] }), null)).toEqual({ kind: 'unready', message: sentence });
  });

  it('is ending once somebody deletes it, though it still answers', () => {
    const cause = { reason: 'Evicted', message: 'The pod was deleted.' };
    expect(podState(pod(ready, DELETED), null)).toEqual({ kind: 'ending', cause });
    expect(podState(pod(unready, DELETED), null)).toEqual({ kind: 'ending', cause });
    expect(podState(pod({ phase: 'Pending' }, DELETED), null)).toEqual({ kind: 'ending', cause });
  });

  it('is ending for the reason that its condition gives', () => {
    const preempted = { type: 'DisruptionTarget', status: 'True' as const, reason: 'PreemptionByScheduler' };
    expect(podState(pod({ ...ready, conditions: [preempted] }, DELETED), null)).toMatchObject({
      kind: 'ending',
      cause: { reason: 'Preempted' },
    });
  });
});

describe('a pod that is over', () => {
  const left = { kind: 'over', cause: { reason: 'RunnerCrashed' } };

  it.each(['Succeeded', 'Failed'] as const)('by its phase, %s, whatever else it says', (phase) => {
    expect(podState(pod({ ...ready, phase }), null)).toMatchObject({ kind: 'over' });
  });

  it('as soon as its container is, before the kubelet has changed the phase', () => {
    expect(podState(pod({ ...over(1), phase: 'Running' }), null)).toMatchObject(left);
    expect(podState(pod({ ...over(1), phase: 'Running' }, DELETED), null)).toMatchObject(left);
  });

  it('not for the end of another container beside the session’s', () => {
    const beside = { name: 'a-mesh-proxy', state: { terminated: { exitCode: 1 } } };
    const status = { ...ready, containerStatuses: [beside, ...(ready.containerStatuses ?? [])] };
    expect(podState(pod(status), null)).toEqual({ kind: 'ready' });
    expect(podState(pod({ phase: 'Running', containerStatuses: [beside] }), null)).toMatchObject({ kind: 'starting' });
  });
});
