/** What a ClaudeSession object means for the people in front of it. Pure. */
import type { SessionEnd, SessionEndReason, SessionProgress, SessionProgressCode } from '@claude-webui/protocol';
import type { ClaudeSession, SessionReason } from '@claude-webui/kubernetes-api';
import { SUSPENDED_FOR_DRAIN } from '@claude-webui/kubernetes-api';
import { isPodEndpoint } from '../runner-endpoint';

export type Observed =
  | { state: 'starting'; progress: SessionProgress }
  /** Its runner answers at `endpoint`; whether it knows whose it is, is another question. */
  | { state: 'running'; endpoint: string; podUid: string }
  | { state: 'over'; end: SessionEnd };

const STARTING: Partial<Record<SessionReason, SessionProgressCode>> = {
  Scheduling: 'scheduling',
  Unschedulable: 'unschedulable',
  PullingImage: 'pulling-image',
  ImagePullFailed: 'image-pull-failed',
  StartingContainer: 'starting-container',
  TemplateNotFound: 'template-not-found',
  NetworkPolicyNotApplied: 'network-policy-missing',
  QuotaExceeded: 'quota-exceeded',
  WorkspaceBusy: 'workspace-busy',
  Restarting: 'restarting',
  Resuming: 'resuming',
  Suspended: 'suspended',
};

const OVER: Partial<Record<SessionReason, SessionEndReason>> = {
  ProgramExited: 'exited',
  Terminated: 'terminated',
  IdleTimeout: 'idle-timeout',
  DetachTimeout: 'detach-timeout',
  LifetimeExceeded: 'lifetime-exceeded',
  SuspensionExpired: 'suspension-expired',
  TooManySuspended: 'too-many-suspended',
  RunnerCrashed: 'runner-crashed',
  RunnerUnresponsive: 'runner-unresponsive',
  OutOfMemory: 'out-of-memory',
  Evicted: 'evicted',
  DiskFull: 'disk-full',
  TooManyProcesses: 'too-many-processes',
  Preempted: 'preempted',
  NodeLost: 'node-lost',
  StartFailed: 'start-failed',
  CliNotInstalled: 'cli-not-installed',
  PolicyNotEnforced: 'policy-not-enforced',
  ServerStopping: 'server-stopping',
  Suspended: 'suspended',
  ImagePullFailed: 'image-pull-failed',
  TemplateNotFound: 'template-not-found',
  QuotaExceeded: 'quota-exceeded',
};

/** Where the cluster's own words say more than our sentence. */
const TELLING: ReadonlySet<SessionReason | undefined> = new Set([
  'Unschedulable',
  'ImagePullFailed',
  'TemplateNotFound',
  'NetworkPolicyNotApplied',
  'QuotaExceeded',
  'Evicted',
  'StartFailed',
  'PolicyNotEnforced',
]);
/** Of what anybody may write into an object, no more goes to browsers. */
const MAX_DETAIL_CHARACTERS = 500;

/** Whoever deletes a session's object wants its end. */
export const DELETED: SessionEnd = { reason: 'terminated', exitCode: null };

/** The place that an object's status names and that can be no pod's; null where nothing is wrong. */
export function strangeEndpoint(object: ClaudeSession | undefined): string | null {
  const { endpoint } = object?.status ?? {};
  return endpoint === undefined || isPodEndpoint(endpoint) ? null : endpoint;
}

/** One whose endpoint can be no pod's does not run. @param object undefined once it is gone */
export function observed(object: ClaudeSession | undefined): Observed {
  if (object === undefined || object.metadata.deletionTimestamp !== undefined) return { state: 'over', end: DELETED };
  const { phase, reason, endpoint, podUID, exitCode } = object.status ?? {};
  switch (phase) {
    case 'Ended':
    case 'Failed':
      return {
        state: 'over',
        end: { reason: endReason(reason), exitCode: exitCode ?? null, ...detailOf(object.status) },
      };
    case 'Ready':
    case 'Attached':
    case 'Detached':
      if (endpoint !== undefined && podUID !== undefined && isPodEndpoint(endpoint))
        return { state: 'running', endpoint, podUid: podUID };
      break;
    case 'Suspended':
      return { state: 'starting', progress: { code: 'suspended', ...suspensionOf(object.status) } };
    case 'Pending':
    case 'Starting':
    case undefined:
  }
  const code = reason === undefined ? 'scheduling' : (STARTING[reason] ?? 'starting-container');
  return { state: 'starting', progress: { code, ...detailOf(object.status) } };
}

function endReason(reason: SessionReason = 'StartFailed'): SessionEndReason {
  return OVER[reason] ?? 'start-failed';
}

/** Of a session that is started again, why its last pod was lost is what tells. */
function detailOf({ reason, message, lastRestartReason }: NonNullable<ClaudeSession['status']> = {}): {
  detail?: string;
} {
  const telling = reason === 'Restarting' ? lastRestartReason : reason;
  if (message === undefined || !TELLING.has(telling)) return {};
  return { detail: message.slice(0, MAX_DETAIL_CHARACTERS) };
}

function suspensionOf({ conditions, suspendedUntil }: NonNullable<ClaudeSession['status']> = {}): { detail?: string } {
  const isForDrain = conditions?.some(({ type, reason }) => type === 'Suspended' && reason === SUSPENDED_FOR_DRAIN);
  const sentences = [
    ...(isForDrain === true ? ['The machine on which it ran was being emptied.'] : []),
    ...(suspendedUntil === undefined ? [] : [`It ends for good at ${suspendedUntil} unless it is opened before.`]),
  ];
  return sentences.length === 0 ? {} : { detail: sentences.join(' ') };
}
