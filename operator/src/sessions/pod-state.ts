/** A session's pod in the terms of the session. */
import type { SessionReason } from '@claude-webui/kubernetes-api';
import type { Pod } from '@claude-webui/kubernetes-api/client';
import { CONTAINER, isOver, isReady, podCondition } from '@claude-webui/kubernetes-api/client';
import type { CoreEvent } from '../controller/event-recorder';
import type { EndCause } from './end-cause';
import { disruption, endCause } from './end-cause';

export type PodState =
  /** On its way; `trouble` when it will not get there without help. */
  | { kind: 'starting'; reason: SessionReason; message: string; scheduled: boolean; trouble: boolean }
  | { kind: 'ready' }
  /** It runs, but does not answer its health check now. */
  | { kind: 'unready'; message: string }
  /** Somebody else deletes it, and it still runs. */
  | { kind: 'ending'; cause: EndCause }
  | { kind: 'over'; cause: EndCause };

const PULL_TROUBLE = new Set([
  'ErrImagePull',
  'ImagePullBackOff',
  'InvalidImageName',
  'ErrImageNeverPull',
  'RegistryUnavailable',
  'ImageInspectError',
  'SignatureValidationFailed',
]);
/** The container cannot be made as the pod says, whoever tries. */
const CONTAINER_TROUBLE = new Set(['CreateContainerConfigError', 'CreateContainerError', 'RunContainerError']);
/** Events that say more than the pod's status does. */
const VOLUME_TROUBLE = new Set(['FailedMount', 'FailedAttachVolume', 'FailedMapVolume']);

/** `event` is the last one about the pod that its status does not tell. */
export function podState(pod: Pod, event: CoreEvent | null): PodState {
  if (isOver(pod)) return { kind: 'over', cause: endCause(pod) };
  const container = pod.status?.containerStatuses?.find(({ name }) => name === CONTAINER);
  if (container?.state?.terminated !== undefined) return { kind: 'over', cause: endCause(pod) };
  if (pod.metadata.deletionTimestamp !== undefined)
    return { kind: 'ending', cause: disruption(pod) ?? { reason: 'Evicted', message: 'The pod was deleted.' } };
  if (isReady(pod)) return { kind: 'ready' };
  if (container?.state?.running !== undefined) {
    const message = podCondition(pod, 'Ready')?.message ?? '';
    return { kind: 'unready', message: `The session does not answer its health check. ${message}`.trim() };
  }
  return starting(pod, container?.state?.waiting ?? {}, event);
}

function starting(pod: Pod, waiting: { reason?: string; message?: string }, event: CoreEvent | null): PodState {
  const say = (reason: SessionReason, message: string, trouble = false, scheduled = true): PodState => ({
    kind: 'starting',
    reason,
    message,
    scheduled,
    trouble,
  });
  const placed = podCondition(pod, 'PodScheduled');
  if (pod.spec?.nodeName === undefined && placed?.status !== 'True') {
    if (placed?.status === 'False' && placed.reason === 'Unschedulable')
      return say('Unschedulable', `No node has room for the session: ${placed.message ?? ''}`, true, false);
    if (placed?.status === 'False' && placed.reason === 'SchedulingGated')
      return say('Scheduling', 'The pod waits for a scheduling gate.', false, false);
    return say('Scheduling', 'A node for the session is being chosen.', false, false);
  }
  const { reason = '', message = '' } = waiting;
  if (PULL_TROUBLE.has(reason))
    return say('ImagePullFailed', `The image of the session cannot be fetched: ${message || reason}`, true);
  if (CONTAINER_TROUBLE.has(reason))
    return say('StartingContainer', `The container of the session cannot be made: ${message || reason}`, true);
  if (event?.reason === 'Pulling') return say('PullingImage', 'The image of the session is being fetched.');
  if (event !== null && VOLUME_TROUBLE.has(event.reason))
    return say('StartingContainer', `The workspace cannot be mounted yet: ${event.message}`, true);
  if (event?.reason === 'FailedCreatePodSandBox')
    return say('StartingContainer', `The node cannot make the pod yet: ${event.message}`, true);
  return say('StartingContainer', 'The container of the session is being made.');
}
