/** Why a pod that is over, or about to be, is so: read from what the kubelet, the scheduler and the runner have written. */
import type { EndReason } from '@claude-webui/kubernetes-api';
import type { ContainerTerminated, Pod } from '@claude-webui/kubernetes-api/client';
import { CONTAINER, podCondition } from '@claude-webui/kubernetes-api/client';

export interface EndCause {
  reason: EndReason;
  message: string;
  /** Exit status of the program in the terminal, if it left by itself. */
  exitCode?: number;
  /** Somebody empties the node, by the eviction API: others of its sessions go, too. */
  isDrain?: true;
}

/** The runner's own words, kebab-case as in the protocol's SessionEndReason. */
const RUNNER_REASONS = new Map<string, { reason: EndReason; message: string }>([
  ['exited', { reason: 'ProgramExited', message: 'Claude Code has ended.' }],
  ['terminated', { reason: 'Terminated', message: 'The session was ended by its owner or an administrator.' }],
  ['idle-timeout', { reason: 'IdleTimeout', message: 'Nothing happened in the session for its idle time.' }],
  ['detach-timeout', { reason: 'DetachTimeout', message: 'No browser was connected to the session for too long.' }],
  ['lifetime-exceeded', { reason: 'LifetimeExceeded', message: 'The session has reached its maximum lifetime.' }],
  ['out-of-memory', { reason: 'OutOfMemory', message: 'The session used more memory than its template allows.' }],
  ['disk-full', { reason: 'DiskFull', message: 'The session used more disk space than its template allows.' }],
  [
    'too-many-processes',
    { reason: 'TooManyProcesses', message: 'The session started more processes than its template allows.' },
  ],
  ['server-stopping', { reason: 'ServerStopping', message: 'The pod of the session was told to stop.' }],
  [
    'cli-not-installed',
    {
      reason: 'CliNotInstalled',
      message:
        "The Claude Code CLI is not in the template's image. Use an image made from the session-runner's (docs/IMAGES.md).",
    },
  ],
  [
    'policy-not-enforced',
    {
      reason: 'PolicyNotEnforced',
      message: 'Claude Code would not have obeyed the rules that are set for the session.',
    },
  ],
  ['start-failed', { reason: 'StartFailed', message: 'Claude Code could not be started.' }],
  ['runner-crashed', { reason: 'RunnerCrashed', message: 'The program that keeps the session has crashed.' }],
]);

const PREEMPTED: EndCause = { reason: 'Preempted', message: 'A pod of higher priority needed the room.' };
const NODE_LOST: EndCause = {
  reason: 'NodeLost',
  message: 'The node of the session was lost or taken out of service.',
};

/** What a DisruptionTarget condition says about who ended the pod. */
const DISRUPTIONS = new Map<string | undefined, EndCause>([
  ['PreemptionByScheduler', PREEMPTED],
  ['DeletionByTaintManager', NODE_LOST],
  ['DeletionByPodGC', { reason: 'NodeLost', message: 'The node of the session is gone.' }],
  [
    'EvictionByEvictionAPI',
    { reason: 'Evicted', message: 'The machine on which the session ran is being emptied.', isDrain: true },
  ],
  ['TerminationByKubelet', { reason: 'Evicted', message: 'The node ended the pod of the session.' }],
]);

/** Words of the kubelet's eviction messages that mean disk, not memory. */
const DISK = /ephemeral|emptydir|disk|inode|storage/i;

const MESSAGE_MAX = 1000;

function withDetail(sentence: string, detail: string | undefined): string {
  const said = detail?.trim() ?? '';
  return said === '' ? sentence : `${sentence} ${said}`.slice(0, MESSAGE_MAX);
}

/** Why somebody other than this operator ends the pod; null if nobody says so. */
export function disruption(pod: Pod): EndCause | null {
  const { status } = pod;
  if (status?.reason === 'Evicted') {
    if (DISK.test(status.message ?? ''))
      return {
        reason: 'DiskFull',
        message: withDetail('The session used more disk space than it may.', status.message),
      };
    return { reason: 'Evicted', message: withDetail('The node ran short of resources.', status.message) };
  }
  if (status?.reason === 'Preempting' || status?.reason === 'Preempted') return PREEMPTED;
  if (status?.reason === 'NodeLost') return NODE_LOST;
  if (status?.reason === 'NodeShutdown' || status?.reason === 'Terminated')
    return { reason: 'Evicted', message: withDetail('The node of the session is shutting down.', status.message) };
  const target = podCondition(pod, 'DisruptionTarget');
  if (target?.status !== 'True') return null;
  const known = DISRUPTIONS.get(target.reason);
  if (known === undefined) return { reason: 'Evicted', message: withDetail('The pod was removed.', target.message) };
  if (target.reason === 'TerminationByKubelet' && DISK.test(target.message ?? ''))
    return { reason: 'DiskFull', message: withDetail('The session used more disk space than it may.', target.message) };
  return { ...known, message: withDetail(known.message, target.message) };
}

/** What the runner wrote to its termination log, if it did. */
function runnersWords({ message }: ContainerTerminated): EndCause | null {
  let said: unknown;
  try {
    said = JSON.parse(message ?? '');
  } catch {
    return null;
  }
  if (typeof said !== 'object' || said === null || !('reason' in said)) return null;
  const known = RUNNER_REASONS.get(String(said.reason));
  if (known === undefined) return null;
  const detail = 'detail' in said && typeof said.detail === 'string' ? said.detail : undefined;
  return {
    reason: known.reason,
    message: withDetail(known.message, detail),
    ...('exitCode' in said && typeof said.exitCode === 'number' ? { exitCode: said.exitCode } : {}),
  };
}

/** Why a pod that is over is over. */
export function endCause(pod: Pod): EndCause {
  const disrupted = disruption(pod);
  if (disrupted !== null) return disrupted;
  const terminated = pod.status?.containerStatuses?.find(({ name }) => name === CONTAINER)?.state?.terminated;
  if (terminated?.reason === 'OOMKilled')
    return { reason: 'OutOfMemory', message: 'The session used more memory than its template allows.' };
  const said = terminated === undefined ? null : runnersWords(terminated);
  if (said !== null) {
    // Told to stop by somebody who deleted the pod, not by us: that is a disruption, whatever the runner calls it.
    if (
      said.reason === 'ServerStopping' ||
      (said.reason === 'Terminated' && pod.metadata.deletionTimestamp !== undefined)
    )
      return { reason: 'Evicted', message: 'The pod of the session was deleted.' };
    return said;
  }
  if (terminated === undefined) {
    // The kubelet never ran it: a race for the node's room, or a node that cannot.
    return { reason: 'StartFailed', message: withDetail('The node could not run the pod.', pod.status?.message) };
  }
  const how = terminated.exitCode > 128 ? `signal ${terminated.exitCode - 128}` : `exit code ${terminated.exitCode}`;
  return {
    reason: 'RunnerCrashed',
    message: withDetail(`The program that keeps the session has crashed (${how}).`, terminated.message),
  };
}
