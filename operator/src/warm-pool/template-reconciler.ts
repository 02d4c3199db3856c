/** One template: its NetworkPolicy, its warm pool kept at its size, and its conditions. */
import { randomBytes } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { SessionTemplate, SessionTemplateStatus } from '@claude-webui/kubernetes-api';
import type { ApiClient, ControllerLog, Pod, TokenBucket } from '@claude-webui/kubernetes-api/client';
import {
  ApiError,
  POD,
  SESSION_TEMPLATE,
  exponentialBackoff,
  isConflict,
  isForbidden,
  isInvalid,
} from '@claude-webui/kubernetes-api/client';
import type { ClusterView } from '../cluster-view';
import type { ReconcileResult } from '../controller/controller';
import type { EventRecorder } from '../controller/event-recorder';
import { writeStatus } from '../controller/status-writer';
import { NETWORK_POLICY, isInForce, networkPolicy } from '../pod/network-policy';
import type { Placement } from '../pod/placement';
import { templateHash, warmPod } from '../pod/session-pod';
import { isOfLaterRelease, laterReleaseMessage, leftAlone } from '../sessions/later-release';
import { podState } from '../sessions/pod-state';
import { rfc3339 } from '../sessions/status-report';
import type { PoolDecision } from './pool-decision';
import { decidePool } from './pool-decision';
import type { Failure } from './template-conditions';
import { templateConditions } from './template-conditions';
import type { WarmPool } from './warm-pool';

/** After warm pods that failed: from 5 s, doubled up to 5 minutes, so that a bad image does not spin. */
const failureBackoff = exponentialBackoff(5_000, 300_000);
/** A NetworkPolicy that was refused is tried again so often: rights and webhooks change without the template. */
const POLICY_RETRY_MS = 30_000;
/** Counts of the pool that have been different for so long are written; those of a claim are the same again before. */
const COUNTS_MS = 30_000;

export interface TemplateReconcilerParts {
  client: ApiClient;
  view: ClusterView;
  placement: Placement;
  warmPool: WarmPool;
  events: EventRecorder;
  log: ControllerLog;
  /** Bounds how fast pools are refilled, so that sessions that start have the API server to themselves. */
  refillRate: TokenBucket;
}

interface Trouble extends Failure {
  failures: number;
  /** Monotonic milliseconds. */
  pausedUntil: number;
  /** Of the template when it came. */
  generation: number;
}

export class TemplateReconciler {
  /** By template; gone with it, with a change of it, or with the first pod that gets ready. */
  private readonly troubles = new Map<string, Trouble>();
  /** By template: since when the counts in its status are not those of now, in monotonic milliseconds. */
  private readonly outdated = new Map<string, number>();

  constructor(private readonly parts: TemplateReconcilerParts) {}

  async reconcile(name: string): Promise<ReconcileResult> {
    const template = this.parts.view.templates.get(name);
    if (template === undefined) {
      this.troubles.delete(name);
      this.outdated.delete(name);
      return undefined;
    }
    if (template.metadata.deletionTimestamp !== undefined) return undefined;
    if (isOfLaterRelease(template)) return this.leaveAlone(template);
    const policyFailure = await this.ensureNetworkPolicy(template);
    const decision = this.look(template);
    this.judge(template, decision);
    for (const pod of decision.remove) await this.remove(pod);
    // Nothing of a template runs without its NetworkPolicy.
    const waitMs = policyFailure === null ? await this.refill(template, decision.create) : POLICY_RETRY_MS;
    const writeMs = await this.writeStatus(template, policyFailure);
    const soonest = Math.min(...[waitMs, writeMs].filter((ms) => ms > 0));
    return soonest === Infinity ? undefined : { requeueAfterMs: soonest };
  }

  private async leaveAlone(template: SessionTemplate): Promise<undefined> {
    const { client, view, log } = this.parts;
    const status = leftAlone(template, rfc3339(Date.now()));
    if (await writeStatus(client, SESSION_TEMPLATE, view.templates, template, status))
      log.warn({ template: template.metadata.name }, laterReleaseMessage(template));
  }

  private look(template: SessionTemplate): PoolDecision {
    const { view, placement, warmPool } = this.parts;
    const pods = view.pods.find('warm', template.metadata.name).filter((pod) => !warmPool.isBeingClaimed(pod));
    return decidePool(template, templateHash(template, placement), pods);
  }

  /** Resolves with why it is not in force; null if it is. */
  private async ensureNetworkPolicy(template: SessionTemplate): Promise<Failure | null> {
    const { client, view, placement, events } = this.parts;
    if (isInForce(template, placement, view.networkPolicies)) return null;
    try {
      const applied = await client.apply(NETWORK_POLICY, placement.namespace, networkPolicy(template, placement));
      view.networkPolicies.observe(applied);
      return null;
    } catch (error) {
      if (!(error instanceof ApiError) || isConflict(error)) throw error;
      const failure = policyFailure(error);
      events.record(template, SESSION_TEMPLATE, 'Warning', failure.reason, failure.message);
      return failure;
    }
  }

  /** Remembers what keeps the pool from being full, and forgets it when it is over. */
  private judge({ metadata, spec }: SessionTemplate, { failed, ready }: PoolDecision): void {
    const { name, generation = 0 } = metadata;
    const trouble = this.troubles.get(name);
    if (spec.warmPool.size === 0 || (trouble !== undefined && trouble.generation !== generation))
      this.troubles.delete(name);
    if (failed > 0)
      this.pause(name, generation, {
        reason: 'WarmPodsFail',
        message: 'Pods of the warm pool ended while they waited.',
        invalid: false,
      });
    else if (ready > 0) this.troubles.delete(name);
  }

  /** Unless it has been claimed, or otherwise written, since we looked. */
  private async remove(pod: Pod): Promise<void> {
    const { client, view, placement } = this.parts;
    const { name, uid = '', resourceVersion = '' } = pod.metadata;
    try {
      const left = await client.delete(POD, placement.namespace, name, { preconditions: { uid, resourceVersion } });
      if (left?.metadata.uid === uid) view.pods.observe(left);
    } catch (error) {
      if (!isConflict(error)) throw error;
    }
  }

  /** Makes pods as far as the rate allows; resolves with the time to wait for the rest, 0 if all are made. */
  private async refill(template: SessionTemplate, missing: number): Promise<number> {
    const { client, view, placement, refillRate, events } = this.parts;
    const { name, generation = 0 } = template.metadata;
    const paused = (this.troubles.get(name)?.pausedUntil ?? 0) - performance.now();
    if (missing > 0 && paused > 0) return paused;
    for (let made = 0; made < missing; made += 1) {
      const waitMs = refillRate.tryTake();
      if (waitMs > 0) return waitMs;
      const pod = warmPod(template, `warm-${name}-${randomBytes(5).toString('hex')}`, placement);
      try {
        view.pods.observe(await client.create(POD, placement.namespace, pod));
      } catch (error) {
        if (!isForbidden(error) && !isInvalid(error)) throw error;
        events.record(template, SESSION_TEMPLATE, 'Warning', 'WarmPodRefused', error.message);
        const message = `The cluster refuses warm pods: ${error.message}`;
        return this.pause(name, generation, { reason: 'WarmPodRefused', message, invalid: isInvalid(error) });
      }
    }
    return 0;
  }

  private pause(name: string, generation: number, failure: Failure): number {
    const failures = this.troubles.get(name)?.failures ?? 0;
    const ms = failureBackoff(failures);
    const pausedUntil = performance.now() + ms;
    this.troubles.set(name, { ...failure, failures: failures + 1, pausedUntil, generation });
    return ms;
  }

  /** Resolves with the time after which the counts are to be written, 0 if they are. */
  private async writeStatus(observed: SessionTemplate, policyFailure: Failure | null): Promise<number> {
    const { client, view } = this.parts;
    const template = view.templates.get(observed.metadata.name) ?? observed;
    const { name, generation = 0 } = template.metadata;
    const { ready, starting } = this.look(template);
    const poolFailure = this.troubles.get(name) ?? this.waitingPodFailure(template);
    const facts = { policyFailure, poolFailure, ready };
    const conditions = templateConditions(template, facts, rfc3339(Date.now()));
    const warmPool = { desired: template.spec.warmPool.size, ready, starting };
    const { status = {} } = template;
    const waitMs = isDeepStrictEqual(status.conditions, conditions) ? this.countsWaitMs(name, status, warmPool) : 0;
    if (waitMs > 0) return waitMs;
    this.outdated.delete(name);
    const wanted: SessionTemplateStatus = { observedGeneration: generation, warmPool, conditions };
    await writeStatus(client, SESSION_TEMPLATE, view.templates, template, wanted);
    return 0;
  }

  private countsWaitMs(name: string, { warmPool }: SessionTemplateStatus, wanted: object): number {
    if (isDeepStrictEqual(warmPool, wanted)) return 0;
    const since = this.outdated.get(name) ?? performance.now();
    this.outdated.set(name, since);
    return Math.max(0, since + COUNTS_MS - performance.now());
  }

  /** What a pod of the pool says that will not get ready without help. */
  private waitingPodFailure(template: SessionTemplate): Failure | null {
    const { view } = this.parts;
    for (const pod of view.pods.find('warm', template.metadata.name)) {
      if (pod.metadata.deletionTimestamp !== undefined) continue;
      const state = podState(pod, view.lastEvent(pod));
      if (state.kind === 'starting' && state.trouble)
        return { reason: state.reason, message: state.message, invalid: false };
    }
    return null;
  }
}

function policyFailure({ status, message }: ApiError): Failure {
  if (status === 422 || status === 400)
    return {
      reason: 'InvalidEgress',
      message: `The egress of the template makes no NetworkPolicy, so no session starts: ${message}`,
      invalid: true,
    };
  return {
    reason: 'NetworkPolicyRefused',
    message: `The cluster refuses the NetworkPolicy of the template, so no session starts: ${message}`,
    invalid: false,
  };
}
