/** One session: observe → decide → act. */
import type { ClaudeSession } from '@claude-webui/kubernetes-api';
import { FORMER_FINALIZER, ownerLabel } from '@claude-webui/kubernetes-api';
import type { ApiClient, ControllerLog, Pod } from '@claude-webui/kubernetes-api/client';
import { CLAUDE_SESSION, POD } from '@claude-webui/kubernetes-api/client';
import type { ClusterView } from '../cluster-view';
import type { ReconcileResult } from '../controller/controller';
import type { EventRecorder } from '../controller/event-recorder';
import { writeStatus } from '../controller/status-writer';
import type { OperatorMetrics } from '../operator-metrics';
import { DISRUPTION_BUDGET, disruptionBudget, disruptionBudgetName } from '../pod/disruption-budget';
import type { Placement } from '../pod/placement';
import type { WarmPool } from '../warm-pool/warm-pool';
import type { Admission } from './admission';
import { announce } from './announce';
import { currentPod, decide, refused } from './decide';
import type { Decision, Step } from './decision';
import { isOfLaterRelease, laterReleaseMessage, leftAlone } from './later-release';
import { suspendedSince } from './next-status';
import type { Observation, Refusal, Suspension } from './observation';
import { removePods } from './pod-removal';
import { startPod } from './start-pod';
import { startRefusal } from './start-refusal';
import { rfc3339 } from './status-report';
import type { StatusPoller } from './status-poller';

/** Until a watch that is behind is looked at again. */
const BEHIND_MS = 1000;

export interface SessionReconcilerParts {
  client: ApiClient;
  view: ClusterView;
  placement: Placement;
  admission: Admission;
  warmPool: WarmPool;
  poller: StatusPoller;
  events: EventRecorder;
  metrics: OperatorMetrics;
  log: ControllerLog;
  startDeadlineMs: number;
  /** For so long whoever is attached has a notice before the node of a persistent session is emptied; null: evictions are never refused. */
  evictionNoticeMs: number | null;
  suspension: Omit<Suspension, 'newer'>;
  /** Milliseconds since the epoch. */
  now?: () => number;
}

export class SessionReconciler {
  constructor(private readonly parts: SessionReconcilerParts) {}

  async reconcile(name: string): Promise<ReconcileResult> {
    const session = this.parts.view.sessions.get(name);
    if (session === undefined) return this.removeOrphans(name);
    if (isOfLaterRelease(session)) return this.leaveAlone(session);
    const observation = this.observe(session);
    const decision = decide(observation);
    const answer = await this.act(observation, decision);
    const { requeueAfterMs } = answer ?? decision;
    return requeueAfterMs === undefined ? undefined : { requeueAfterMs };
  }

  /**
   * Ends the pods of a session whose object is gone. The garbage collector does so too, but somewhat later, and it leaves a
   * pod whose node is lost.
   */
  private async removeOrphans(name: string): Promise<ReconcileResult> {
    const { client, view, placement, now = Date.now } = this.parts;
    const { steps, requeueAfterMs } = removePods(now(), view.pods.find('session', name));
    if (steps.length > 0) {
      // What we know of sessions may be behind what we know of pods.
      const { items } = await client.list(CLAUDE_SESSION, placement.namespace, {
        fieldSelector: `metadata.name=${name}`,
      });
      if (items.length > 0) return { requeueAfterMs: BEHIND_MS };
    }
    for (const { pod, force } of steps) await this.deletePod(pod, force);
    return requeueAfterMs === undefined ? undefined : { requeueAfterMs };
  }

  private async leaveAlone(session: ClaudeSession): Promise<undefined> {
    const { client, view, log, now = Date.now } = this.parts;
    const status = leftAlone(session, rfc3339(now()));
    if (await writeStatus(client, CLAUDE_SESSION, view.sessions, session, status))
      log.warn({ session: session.metadata.name }, laterReleaseMessage(session));
  }

  private observe(session: ClaudeSession): Observation {
    const { view, admission, poller, startDeadlineMs, evictionNoticeMs, now = Date.now } = this.parts;
    const template = view.templates.get(session.spec.templateRef.name) ?? null;
    const pods = view.pods
      .find('session', session.metadata.name)
      // An earlier object of the same name is somebody else.
      .filter((pod) => pod.metadata.ownerReferences?.some(({ uid }) => uid === session.metadata.uid))
      .map((pod) => ({ pod, event: view.lastEvent(pod) }));
    const observation: Observation = {
      now: now(),
      session,
      template,
      pods,
      report: null,
      activityAt: null,
      reportIsFresh: false,
      isOnCordonedNode: false,
      isProtected: view.budgets.get(disruptionBudgetName(session)) !== undefined,
      protection: evictionNoticeMs === null ? null : { nodesAreKnown: view.knowsNodes, noticeMs: evictionNoticeMs },
      suspension: { ...this.parts.suspension, newer: this.suspendedAfter(session) },
      refusal: template !== null && pods.length === 0 ? admission.refusal(session, template) : null,
      startDeadlineMs,
    };
    const current = currentPod(observation);
    if (current === null) return observation;
    const { pod } = current;
    const heard = {
      report: poller.report(pod),
      activityAt: poller.activityAt(pod),
      reportIsFresh: poller.isFresh(pod),
      isOnCordonedNode: view.cordonedNodes.get(pod.spec?.nodeName ?? '') !== undefined,
    };
    return { ...observation, ...heard };
  }

  /** How many sessions of the owner were suspended later; of those of one second the names decide. */
  private suspendedAfter(session: ClaudeSession): number {
    const order = ({ metadata }: ClaudeSession, since: number) => `${String(since).padStart(16, '0')} ${metadata.name}`;
    const since = suspendedSince(session);
    if (since === null) return 0;
    const own = order(session, since);
    return this.parts.view.sessions
      .find('suspended', ownerLabel(session.spec.owner))
      .filter((other) => order(other, suspendedSince(other) ?? 0) > own).length;
  }

  /** Performs the steps in order. Resolves with another decision if one of them was refused for a reason to tell. */
  private async act(observation: Observation, { steps }: Decision): Promise<Decision | null> {
    for (const step of steps) {
      if (step.type === 'start') {
        const refusedBy = await this.start(observation, step.start);
        if (refusedBy !== null) return refusedBy;
      } else await this.perform(observation, step);
    }
    return null;
  }

  private async start(o: Observation, start: number): Promise<Decision | null> {
    if (o.template === null) return null;
    const { admission } = this.parts;
    // Others may have started since we looked. From here to the reservation nobody else gets a turn.
    const full = admission.refusal(o.session, o.template);
    if (full !== null) return this.refuse(o, full);
    const reservation = admission.reserve(o.session);
    try {
      await startPod({ ...this.parts, pods: this.parts.view.pods }, o.session, o.template, start);
      return null;
    } catch (error) {
      const refusal = startRefusal(error);
      if (refusal === null) throw error;
      return await this.refuse(o, refusal);
    } finally {
      reservation.release();
    }
  }

  private async refuse(o: Observation, refusal: Refusal): Promise<Decision> {
    const decision = refused(this.latest(o), refusal);
    for (const step of decision.steps) if (step.type !== 'start') await this.perform(o, step);
    return decision;
  }

  /** The observation with the session as our own steps have left it. */
  private latest(o: Observation): Observation {
    return { ...o, session: this.parts.view.sessions.get(o.session.metadata.name) ?? o.session };
  }

  private async perform(o: Observation, step: Exclude<Step, { type: 'start' }>): Promise<void> {
    const { client, view, placement } = this.parts;
    const { session } = this.latest(o);
    switch (step.type) {
      case 'write-status':
        if (await writeStatus(client, CLAUDE_SESSION, view.sessions, session, step.status))
          announce({ ...this.parts, nowMs: o.now }, session, step.status);
        return;
      case 'remove-finalizer':
        return this.patch(session, { metadata: { finalizers: othersFinalizers(session) } });
      case 'suspend':
        return this.patch(session, { metadata: {}, spec: { suspend: true } });
      case 'delete-pod':
        return this.deletePod(step.pod, step.force);
      case 'protect':
        return this.protect(session);
      case 'unprotect':
        return this.unprotect(session);
      case 'delete-session': {
        const { name, uid = '' } = session.metadata;
        await client.delete(CLAUDE_SESSION, placement.namespace, name, { preconditions: { uid } });
        return;
      }
    }
  }

  /** Refused with a conflict when somebody has written the session since we read it. */
  private async patch(session: ClaudeSession, patch: { metadata: object; spec?: object }): Promise<void> {
    const { client, view, placement } = this.parts;
    const { name, resourceVersion } = session.metadata;
    const conditional = { ...patch, metadata: { ...patch.metadata, resourceVersion } };
    view.sessions.observe(await client.patch(CLAUDE_SESSION, placement.namespace, name, conditional));
  }

  private async protect(session: ClaudeSession): Promise<void> {
    const { client, view, placement } = this.parts;
    const budget = disruptionBudget(session, placement);
    view.budgets.observe(await client.create(DISRUPTION_BUDGET, placement.namespace, budget));
  }

  private async unprotect(session: ClaudeSession): Promise<void> {
    const { client, placement } = this.parts;
    await client.delete(DISRUPTION_BUDGET, placement.namespace, disruptionBudgetName(session));
  }

  private async deletePod(pod: Pod, force: boolean): Promise<void> {
    const { client, view, placement } = this.parts;
    const { name, uid = '' } = pod.metadata;
    const left = await client.delete(POD, placement.namespace, name, {
      preconditions: { uid },
      ...(force ? { gracePeriodSeconds: 0 } : {}),
    });
    if (left?.metadata.uid === uid) view.pods.observe(left);
  }
}

const othersFinalizers = ({ metadata }: ClaudeSession) =>
  (metadata.finalizers ?? []).filter((name) => name !== FORMER_FINALIZER);
