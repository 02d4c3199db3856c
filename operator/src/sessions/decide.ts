/**
 * What to do about a session, from what is observed of it. Pure: the same observation always gives the same decision, and
 * every intermediate state that a killed operator may leave behind is one of these observations.
 */
import type { ClaudeSession, SessionReason } from '@claude-webui/kubernetes-api';
import { FORMER_FINALIZER, LABELS, RECENT_RESTARTS_MAX } from '@claude-webui/kubernetes-api';
import { isOver } from '@claude-webui/kubernetes-api/client';
import type { Decision, Step } from './decision';
import type { EndCause } from './end-cause';
import { disruption } from './end-cause';
import { actionAfter, overdue } from './limits';
import * as next from './next-status';
import type { Observation, ObservedPod, Refusal } from './observation';
import type { PodState } from './pod-state';
import { removePods } from './pod-removal';
import { podState } from './pod-state';
import { protection } from './protection';

/** Within so long, a session gets at most RECENT_RESTARTS_MAX other pods, and one of them after a crash. */
const RESTART_WINDOW_MS = 86_400_000;
/** A container that runs and has not answered its health check for so long is given up; the kubelet should have ended it before. */
const UNRESPONSIVE_MS = 600_000;
/** A session that waits for room or a template looks again so often, besides at every change that may help. */
const WAIT_MS = 10_000;
/** A pod that no gateway has told its session by then belongs to a gateway that is gone. */
const BIND_DEADLINE_MS = 600_000;

const CRASHES = new Set<SessionReason>(['RunnerCrashed', 'RunnerUnresponsive']);
const DISRUPTIONS = new Set<SessionReason>(['Evicted', 'DiskFull', 'Preempted', 'NodeLost', 'ServerStopping']);
/** What would come again, or is over for those who are attached. */
const FAILURES = new Set<SessionReason>([
  'CliNotInstalled',
  'PolicyNotEnforced',
  'StartFailed',
  'OutOfMemory',
  'TooManyProcesses',
]);

export function decide(o: Observation): Decision {
  const decision = withProtection(o, decideOn(o));
  if (o.session.metadata.finalizers?.includes(FORMER_FINALIZER) !== true) return decision;
  return { ...decision, steps: [{ type: 'remove-finalizer' }, ...decision.steps] };
}

function withProtection(o: Observation, decision: Decision): Decision {
  const { isWanted, leftMs } = protection(o);
  const step: Step[] = isWanted === o.isProtected ? [] : [{ type: isWanted ? 'protect' : 'unprotect' }];
  return sooner({ ...decision, steps: [...decision.steps, ...step] }, leftMs);
}

function decideOn(o: Observation): Decision {
  const { session } = o;
  // Somebody deletes it, and somebody else's finalizer keeps it.
  if (session.metadata.deletionTimestamp !== undefined) return removal(o, o.pods.filter(isLive));
  if (isFinished(session)) return afterEnd(o);

  const lifetime = lifetimeLeftMs(o);
  if (lifetime <= 0)
    return finish(o, 'Ended', 'LifetimeExceeded', 'The session has reached its maximum lifetime (maxLifetimeSeconds).');
  return sooner(session.spec.suspend ? suspend(o) : run(o), lifetime);
}

export const isFinished = ({ status }: ClaudeSession) => status?.phase === 'Ended' || status?.phase === 'Failed';

/** The number of the pod that the session has, or is to get. */
export const startNumber = ({ status }: ClaudeSession) => status?.restarts ?? 0;

function lifetimeLeftMs({ session, now }: Observation): number {
  const { maxLifetimeSeconds } = session.spec;
  if (maxLifetimeSeconds === 0) return Infinity;
  return Date.parse(session.metadata.creationTimestamp ?? '') + maxLifetimeSeconds * 1000 - now;
}

function sooner(decision: Decision, ms: number): Decision {
  if (ms === Infinity) return decision;
  return { ...decision, requeueAfterMs: Math.min(decision.requeueAfterMs ?? Infinity, ms) };
}

// ---- Pods that are to go ----

const isLive = ({ pod }: ObservedPod) => !isOver(pod);

const removal = (o: Observation, pods: ObservedPod[]) =>
  removePods(
    o.now,
    pods.map(({ pod }) => pod),
  );

/** Ended or failed: clean up, and delete the object when its time has come. */
function afterEnd(o: Observation): Decision {
  const { session, now, pods } = o;
  const { steps, ...rest } = removal(o, pods);
  const ends = Date.parse(session.status?.endTime ?? '') + session.spec.ttlSecondsAfterFinished * 1000;
  if (now >= ends) return { steps: [...steps, { type: 'delete-session' }] };
  return sooner({ ...rest, steps }, ends - now);
}

// ---- Ends ----

/** The session is over. What still runs of it is ended in the next step, by `afterEnd`. */
function finish(o: Observation, phase: 'Ended' | 'Failed', reason: SessionReason, message: string, exitCode?: number) {
  const decision: Decision = {
    steps: [{ type: 'write-status', status: next.over(o, phase, reason, message, exitCode) }],
  };
  return decision;
}

// ---- Suspend ----

function suspend(o: Observation): Decision {
  const live = o.pods.filter(isLive);
  if (live.length > 0) {
    const removed = removal(o, o.pods);
    return { ...removed, steps: [{ type: 'write-status', status: next.suspending(o) }, ...removed.steps] };
  }
  const status = next.suspended(o);
  const { suspendedUntil } = status;
  const left = suspendedUntil === undefined ? Infinity : Date.parse(suspendedUntil) - o.now;
  if (left <= 0)
    return finish(
      o,
      'Ended',
      'SuspensionExpired',
      'The session was suspended for as long as one may be. Its files stay.',
    );
  if (o.suspension.newer >= o.suspension.max)
    return finish(o, 'Ended', 'TooManySuspended', tooManySuspended(o.suspension.max));
  const dead = removal(o, o.pods);
  return sooner({ ...dead, steps: [...dead.steps, { type: 'write-status', status }] }, left);
}

const tooManySuspended = (max: number) =>
  `The owner has suspended ${max} other sessions later, which is as many as one may have (MAX_SUSPENDED_PER_USER). Its files stay.`;

// ---- Run ----

function run(o: Observation): Decision {
  const current = currentPod(o);
  const others = o.pods.filter((one) => one !== current);
  if (current === null) {
    if (o.session.status?.podUID !== undefined) return afterPod(o, lossOf(o.session));
    return start(o, others);
  }
  const removed = removal(o, others);
  const decision = withPod(o, current, podState(current.pod, current.event));
  return sooner(
    { ...decision, steps: [...removed.steps, ...decision.steps] },
    Math.min(removed.requeueAfterMs ?? Infinity, decision.requeueAfterMs ?? Infinity),
  );
}

/** What became of a pod that is gone without a trace: what was written down while it ended, if anything. */
function lossOf({ status }: ClaudeSession): EndCause {
  if (status?.reason === 'Restarting' && status.lastRestartReason !== undefined)
    return { reason: status.lastRestartReason, message: status.lastRestartMessage ?? '' };
  return { reason: 'Evicted', message: 'The pod of the session was deleted.' };
}

/**
 * Of several with the same number (a claim that came late beside a pod that was made) the one that is written down, or the older. Times
 * are whole seconds: of two of the same one, every operator chooses the same.
 */
export function currentPod({ session, pods }: Observation): ObservedPod | null {
  const number = String(startNumber(session));
  const candidates = pods.filter(({ pod }) => pod.metadata.labels?.[LABELS.start] === number);
  const written = candidates.find(({ pod }) => pod.metadata.uid === session.status?.podUID);
  if (written !== undefined) return written;
  const age = ({ pod: { metadata } }: ObservedPod) => `${metadata.creationTimestamp ?? ''} ${metadata.name}`;
  return candidates.sort((a, b) => (age(a) < age(b) ? -1 : 1))[0] ?? null;
}

function start(o: Observation, leftovers: ObservedPod[]): Decision {
  // A predecessor that still runs has the workspace.
  if (leftovers.length > 0) return removal(o, leftovers);
  const refusal: Refusal | null =
    o.template === null
      ? {
          reason: 'TemplateNotFound',
          message: `There is no SessionTemplate "${o.session.spec.templateRef.name}" in this namespace.`,
          final: false,
        }
      : o.refusal;
  if (refusal !== null) return refused(o, refusal);
  return { steps: [{ type: 'start', start: startNumber(o.session) }] };
}

/** Also for what the API server says to the attempt. */
export function refused(o: Observation, { reason, message, final }: Refusal): Decision {
  if (final) return finish(o, 'Failed', reason, message);
  const left = startLeftMs(o);
  if (left <= 0) return finish(o, 'Failed', reason, message);
  const status = next.pending(o, reason, message);
  return sooner({ steps: [{ type: 'write-status', status }], requeueAfterMs: WAIT_MS }, left);
}

/** Until this start has failed. It began with the object, the resume or the loss of the last pod. */
function startLeftMs({ session, now, startDeadlineMs }: Observation): number {
  const since = (type: string) => {
    const condition = session.status?.conditions?.find((one) => one.type === type);
    return condition === undefined ? 0 : Date.parse(condition.lastTransitionTime);
  };
  const resuming = session.status?.phase === 'Suspended' ? now : 0;
  const created = Date.parse(session.metadata.creationTimestamp ?? '');
  return Math.max(created, resuming, since('Ready'), since('Suspended')) + startDeadlineMs - now;
}

function withPod(o: Observation, observed: ObservedPod, state: PodState): Decision {
  switch (state.kind) {
    case 'over':
      return afterPod(o, unlessUnresponsive(o, observed, state.cause));
    case 'ending':
      return whileEnding(o, observed, state.cause);
    case 'starting':
      return whileStarting(o, observed, state);
    case 'unready':
      // The container runs and has never served: it is still starting.
      if (o.session.status?.endpoint === undefined)
        return whileStarting(o, observed, {
          kind: 'starting',
          reason: 'StartingContainer',
          message: 'The session is being prepared.',
          scheduled: true,
          trouble: false,
        });
      return whileRunning(o, observed, state);
    case 'ready':
      return whileRunning(o, observed, state);
  }
}

function whileRunning(
  o: Observation,
  observed: ObservedPod,
  state: PodState & { kind: 'ready' | 'unready' },
): Decision {
  const status = next.running(o, observed, state);
  const ready = status.conditions?.find(({ type }) => type === 'Ready');
  const sinceMs = o.now - Date.parse(ready?.lastTransitionTime ?? '');
  if (state.kind === 'unready') {
    if (sinceMs > UNRESPONSIVE_MS) return afterPod(o, UNRESPONSIVE);
    return { steps: [{ type: 'write-status', status }], requeueAfterMs: UNRESPONSIVE_MS - sinceMs + 1000 };
  }
  const unboundFor = o.report?.bound === false ? sinceMs : 0;
  if (unboundFor > Math.max(BIND_DEADLINE_MS, o.session.spec.detachGraceSeconds * 1000))
    return finish(o, 'Ended', 'DetachTimeout', 'No gateway has taken the session.');
  const { cause, leftMs } = overdue(o, status);
  if (cause !== null) return afterLimit(o, cause);
  return sooner({ steps: [{ type: 'write-status', status }] }, leftMs);
}

const UNRESPONSIVE: EndCause = {
  reason: 'RunnerUnresponsive',
  message: 'The program that keeps the session does not answer any more.',
};

/** A container that the kubelet has ended because it did not answer looks like one that crashed, or was told to stop. */
function unlessUnresponsive({ session }: Observation, { pod, event }: ObservedPod, cause: EndCause): EndCause {
  if (cause.reason !== 'RunnerCrashed' && cause.reason !== 'Evicted') return cause;
  if (pod.metadata.deletionTimestamp !== undefined || disruption(pod) !== null) return cause;
  const wasSilent = session.status?.conditions?.some(({ reason }) => reason === UNRESPONSIVE.reason);
  const isKilled = event?.reason === 'Unhealthy' && event.message.startsWith('Liveness probe');
  return wasSilent === true || isKilled ? UNRESPONSIVE : cause;
}

function whileStarting(o: Observation, observed: ObservedPod, state: PodState & { kind: 'starting' }): Decision {
  const left = startLeftMs(o);
  if (left <= 0) {
    const reason =
      state.reason === 'Unschedulable' || state.reason === 'ImagePullFailed' ? state.reason : 'StartFailed';
    return finish(o, 'Failed', reason, `The session did not start in time. ${state.message}`);
  }
  const { reason, message } = startReason(o, state);
  const status = next.starting(o, observed, reason, message, state.scheduled);
  return { steps: [{ type: 'write-status', status }], requeueAfterMs: left };
}

/** For a session that was there before, that is the news; unless there is trouble. */
function startReason({ session }: Observation, state: PodState & { kind: 'starting' }) {
  if (state.trouble || state.reason === 'PullingImage') return state;
  const { restarts = 0, lastRestartMessage = 'The pod was lost.', readyTime } = session.status ?? {};
  if (restarts > 0)
    return {
      reason: 'Restarting' as const,
      message: `${lastRestartMessage} The session is being started again.`,
    };
  if (readyTime !== undefined) return { reason: 'Resuming' as const, message: 'The session is being resumed.' };
  return state;
}

/** Somebody else deletes the pod. */
function whileEnding(o: Observation, observed: ObservedPod, cause: EndCause): Decision {
  if (isDrained(o, cause)) return suspendForDrain(o, cause);
  if (!comesBack(o, cause)) return afterPod(o, cause);
  const removed = removal(o, [observed]);
  return { ...removed, steps: [{ type: 'write-status', status: next.ending(o, cause) }, ...removed.steps] };
}

/**
 * The node is being emptied. All of its sessions would start at once, on nodes that may be emptied next, and whose start is not in time would
 * have failed: so each waits until somebody wants it. Who waits for a start already gets it elsewhere.
 */
const isDrained = (o: Observation, cause: EndCause) =>
  cause.isDrain === true && isPersistent(o) && o.session.status?.endpoint !== undefined;

function suspendForDrain(o: Observation, cause: EndCause): Decision {
  return { steps: [{ type: 'write-status', status: next.leaving(o, cause) }, { type: 'suspend' }] };
}

/** The pod is over or gone. */
function afterPod(o: Observation, cause: EndCause): Decision {
  if (isDrained(o, cause)) return suspendForDrain(o, cause);
  if (comesBack(o, cause)) {
    const status = next.restarting(o, cause, CRASHES.has(cause.reason));
    const removed = removal(o, o.pods);
    return { ...removed, steps: [{ type: 'write-status', status }, ...removed.steps] };
  }
  if (cause.reason === 'IdleTimeout' || cause.reason === 'DetachTimeout') return afterLimit(o, cause);
  if (CRASHES.has(cause.reason))
    return finish(o, 'Failed', cause.reason, `${cause.message} It had been started again within a day already.`);
  if (DISRUPTIONS.has(cause.reason)) {
    const why = isPersistent(o)
      ? `It had been started again ${RECENT_RESTARTS_MAX} times within a day already.`
      : 'Its workspace was ephemeral and is lost.';
    return finish(o, 'Failed', cause.reason, `${cause.message} ${why}`);
  }
  const phase = FAILURES.has(cause.reason) ? 'Failed' : 'Ended';
  return finish(o, phase, cause.reason, cause.message, cause.exitCode);
}

const isPersistent = ({ template }: Observation) => template?.spec.workspace.kind === 'Persistent';

/** Nothing happened, or nobody was attached, for too long: what the template says about that. */
function afterLimit(o: Observation, cause: EndCause): Decision {
  if (isPersistent(o) && actionAfter(o, cause.reason) === 'Suspend') return { steps: [{ type: 'suspend' }] };
  return finish(o, 'Ended', cause.reason, cause.message);
}

/** Whether the session gets another pod. One crash a day is forgiven; a disruption when nothing is lost by it. */
function comesBack(o: Observation, cause: EndCause): boolean {
  const { status } = o.session;
  const recent = (status?.recentRestarts ?? []).filter(({ time }) => Date.parse(time) > o.now - RESTART_WINDOW_MS);
  if (recent.length >= RECENT_RESTARTS_MAX) return false;
  if (CRASHES.has(cause.reason)) return !recent.some(({ reason }) => CRASHES.has(reason));
  return DISRUPTIONS.has(cause.reason) && (isPersistent(o) || status?.readyTime === undefined);
}
