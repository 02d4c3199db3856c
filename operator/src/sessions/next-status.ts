/** The status of a session after a decision: what was, with what is new. */
import type { ClaudeSession, ClaudeSessionStatus, SessionPhase, SessionReason } from '@claude-webui/kubernetes-api';
import { RECENT_RESTARTS_MAX, SUSPENDED_FOR_DRAIN } from '@claude-webui/kubernetes-api';
import type { EndCause } from './end-cause';
import type { Standing } from './conditions';
import { conditions, verdict } from './conditions';
import type { Observation, ObservedPod } from './observation';
import { ATTACH_PORT, sessionPodName } from '../pod/session-pod';
import type { PodState } from './pod-state';
import { activityTime, rfc3339 } from './status-report';

const { yes, no } = verdict;
const NOT_SUSPENDED = no('NotSuspended', 'The session is not suspended.');
const NO_POD = no('NoPod', 'The session has no pod.');

/** Fields of which `undefined` means: not there any more. */
type Changes = { [K in keyof ClaudeSessionStatus]: ClaudeSessionStatus[K] | undefined };

function merged(o: Observation, changes: Changes): ClaudeSessionStatus {
  const fields = {
    ...o.session.status,
    suspendedUntil: undefined,
    ...changes,
    observedGeneration: o.session.metadata.generation ?? 0,
  };
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

/** No pod, and none on its way. */
const NO_POD_FIELDS = { podName: undefined, podUID: undefined, endpoint: undefined, attachments: undefined } as const;

export function pending(o: Observation, reason: SessionReason, message: string): ClaudeSessionStatus {
  const says = no(reason, message);
  return merged(o, {
    ...NO_POD_FIELDS,
    phase: 'Pending',
    reason,
    message,
    conditions: conditions(o, { scheduled: NO_POD, ready: says, suspended: NOT_SUSPENDED, alive: false }),
  });
}

export function starting(
  o: Observation,
  { pod }: ObservedPod,
  reason: SessionReason,
  message: string,
  scheduled: boolean,
): ClaudeSessionStatus {
  const says = no(reason, message);
  return merged(o, {
    phase: 'Starting',
    reason,
    message,
    podName: pod.metadata.name,
    podUID: pod.metadata.uid,
    startKind: startKind(o, pod.metadata.name),
    endpoint: undefined,
    attachments: undefined,
    startTime: o.session.status?.startTime ?? rfc3339(o.now),
    conditions: conditions(o, {
      scheduled: scheduled ? yes('Scheduled', 'The session has a node.') : says,
      ready: says,
      suspended: NOT_SUSPENDED,
      alive: false,
    }),
  });
}

/** A pod made for the session has a name of its own making. */
function startKind({ session }: Observation, podName: string): 'Warm' | 'Cold' {
  return podName === sessionPodName(session, session.status?.restarts ?? 0) ? 'Cold' : 'Warm';
}

/** The pod serves, or served a moment ago (`unready`). */
export function running(
  o: Observation,
  { pod }: ObservedPod,
  state: PodState & { kind: 'ready' | 'unready' },
): ClaudeSessionStatus {
  const before = o.session.status;
  const now = rfc3339(o.now);
  const report = o.report?.report;
  const attachments = o.report === null ? before?.attachments : (report?.attachments ?? 0);
  const message = state.kind === 'ready' ? 'The session runs.' : state.message;
  return merged(o, {
    phase: phaseWhileRunning(before?.phase, attachments ?? 0),
    reason: 'Running',
    message,
    podName: pod.metadata.name,
    podUID: pod.metadata.uid,
    startKind: startKind(o, pod.metadata.name),
    endpoint: pod.status?.podIP === undefined ? undefined : endpointOf(pod.status.podIP),
    attachments: attachments ?? 0,
    startTime: before?.startTime ?? now,
    readyTime: before?.readyTime ?? now,
    lastActivityTime:
      o.activityAt === null
        ? (before?.lastActivityTime ?? now)
        : activityTime(before?.lastActivityTime, o.activityAt, o.now),
    conditions: conditions(o, {
      scheduled: yes('Scheduled', 'The session has a node.'),
      ready: state.kind === 'ready' ? yes('Running', message) : no('RunnerUnresponsive', message),
      suspended: NOT_SUSPENDED,
      alive: true,
    }),
  });
}

const endpointOf = (ip: string) => `http://${ip.includes(':') ? `[${ip}]` : ip}:${ATTACH_PORT}`;

function phaseWhileRunning(before: SessionPhase | undefined, attachments: number): SessionPhase {
  if (attachments > 0) return 'Attached';
  return before === 'Attached' || before === 'Detached' ? 'Detached' : 'Ready';
}

/** On the way to a suspended session: its pod still ends. */
export function suspending(o: Observation): ClaudeSessionStatus {
  const message = 'The session is being suspended.';
  return merged(o, {
    message,
    endpoint: undefined,
    conditions: conditions(o, {
      scheduled: yes('Scheduled', 'The session has a node.'),
      ready: no('Suspending', message),
      suspended: no(isForDrain(o) ? SUSPENDED_FOR_DRAIN : 'Suspending', message),
      alive: false,
    }),
  });
}

export function suspended(o: Observation): ClaudeSessionStatus {
  const until = suspendedUntil(o);
  const lost = o.template?.spec.workspace.kind === 'Ephemeral' ? ' Its ephemeral workspace is gone.' : '';
  const ends = until === undefined ? '' : ` It ends at ${until} if it is not resumed.`;
  const why = isForDrain(o) ? ', because the machine on which it ran was being emptied' : '';
  const message = `The session is suspended${why}. Set suspend to false to go on.${lost}${ends}`;
  return merged(o, {
    ...NO_POD_FIELDS,
    phase: 'Suspended',
    reason: 'Suspended',
    message,
    suspendedUntil: until,
    conditions: conditions(o, {
      scheduled: NO_POD,
      ready: no('Suspended', message),
      suspended: yes(isForDrain(o) ? SUSPENDED_FOR_DRAIN : 'Suspended', message),
      alive: false,
    }),
  });
}

/** `leaving` has written it, and it stays until the session has a pod again. */
const isForDrain = ({ session: { status } }: Observation) =>
  status?.conditions?.some(({ type, reason }) => type === 'Suspended' && reason === SUSPENDED_FOR_DRAIN) === true;

function suspendedUntil({ session, suspension, now }: Observation): string | undefined {
  if (suspension.ttlMs === Infinity) return undefined;
  const since = suspendedSince(session) ?? now;
  return rfc3339(since + suspension.ttlMs);
}

/** Milliseconds since the epoch; null while it is not suspended. */
export function suspendedSince({ status }: ClaudeSession): number | null {
  const condition = status?.conditions?.find(({ type }) => type === 'Suspended');
  return condition?.status === 'True' ? Date.parse(condition.lastTransitionTime) : null;
}

/** The pod is to be replaced. From here on its number is that of the next one. */
export function restarting(o: Observation, cause: EndCause, crash: boolean): ClaudeSessionStatus {
  const before = o.session.status;
  const message = `${cause.message} The session is being started again.`;
  return merged(o, {
    ...NO_POD_FIELDS,
    phase: 'Starting',
    reason: 'Restarting',
    message,
    startKind: undefined,
    restarts: (before?.restarts ?? 0) + 1,
    crashes: crash ? (before?.crashes ?? 0) + 1 : before?.crashes,
    recentRestarts: [...(before?.recentRestarts ?? []), { time: rfc3339(o.now), reason: cause.reason }].slice(
      -RECENT_RESTARTS_MAX,
    ),
    lastRestartReason: cause.reason,
    lastRestartMessage: cause.message,
    conditions: conditions(o, {
      scheduled: NO_POD,
      ready: no('Restarting', message),
      suspended: NOT_SUSPENDED,
      alive: false,
    }),
  });
}

/** Somebody takes the pod away; what comes after is decided when it is gone. */
export function ending(o: Observation, cause: EndCause): ClaudeSessionStatus {
  return losing(o, cause, 'The session will be started again.', NOT_SUSPENDED);
}

/** The same of one that is to be suspended for it. */
export function leaving(o: Observation, cause: EndCause): ClaudeSessionStatus {
  const follows = 'The session is being suspended.';
  return losing(o, cause, follows, no(SUSPENDED_FOR_DRAIN, follows));
}

function losing(
  o: Observation,
  cause: EndCause,
  follows: string,
  suspended: Standing['suspended'],
): ClaudeSessionStatus {
  return merged(o, {
    phase: 'Starting',
    reason: 'Restarting',
    message: `${cause.message} ${follows}`,
    endpoint: undefined,
    attachments: undefined,
    lastRestartReason: cause.reason,
    lastRestartMessage: cause.message,
    conditions: conditions(o, {
      scheduled: yes('Scheduled', 'The session has a node.'),
      ready: no('Restarting', cause.message),
      suspended,
      alive: false,
    }),
  });
}

export function over(
  o: Observation,
  phase: 'Ended' | 'Failed',
  reason: SessionReason,
  message: string,
  exitCode?: number,
): ClaudeSessionStatus {
  return merged(o, {
    phase,
    reason,
    message,
    endpoint: undefined,
    attachments: undefined,
    exitCode,
    endTime: rfc3339(o.now),
    conditions: conditions(o, {
      scheduled: NO_POD,
      ready: no(reason, message),
      suspended: NOT_SUSPENDED,
      alive: false,
    }),
  });
}
