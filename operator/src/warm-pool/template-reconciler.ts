/** One template: its NetworkPolicy, and its warm pool kept at its size. */
import { randomBytes } from 'node:crypto';
import type { Condition, SessionTemplate, SessionTemplateStatus } from '@claude-webui/protocol/kubernetes';
import type { ClusterView } from '../cluster-view';
import type { ApiClient } from '../controller/api-client';
import { isConflict, isForbidden, isInvalid } from '../controller/api-error';
import { exponentialBackoff } from '../controller/backoff';
import type { ReconcileResult } from '../controller/controller';
import type { EventRecorder } from '../controller/event-recorder';
import type { TokenBucket } from '../controller/rate-limit';
import { withTransitionTime, writeStatus } from '../controller/status-writer';
import { NETWORK_POLICY, includes, networkPolicy, networkPolicyName } from '../pod/network-policy';
import type { Placement } from '../pod/placement';
import type { Pod } from '../pod/pod';
import { POD } from '../pod/pod';
import { templateHash, warmPod } from '../pod/session-pod';
import { SESSION_TEMPLATE } from '../sessions/resource-types';
import { rfc3339 } from '../sessions/status-report';
import type { PoolDecision } from './pool-decision';
import { decidePool } from './pool-decision';
import type { WarmPool } from './warm-pool';

/** After warm pods that failed: from 5 s, doubled up to 5 minutes, so that a bad image does not spin. */
const failureBackoff = exponentialBackoff(5_000, 300_000);

export interface TemplateReconcilerParts {
  client: ApiClient;
  view: ClusterView;
  placement: Placement;
  warmPool: WarmPool;
  events: EventRecorder;
  /** Bounds how fast pools are refilled, so that sessions that start have the API server to themselves. */
  refillRate: TokenBucket;
}

interface Trouble {
  failures: number;
  /** Monotonic milliseconds. */
  pausedUntil: number;
  message: string;
}

export class TemplateReconciler {
  /** By template; gone with it, or with the first pod that gets ready. */
  private readonly troubles = new Map<string, Trouble>();

  constructor(private readonly parts: TemplateReconcilerParts) {}

  async reconcile(name: string): Promise<ReconcileResult> {
    const template = this.parts.view.templates.get(name);
    if (template === undefined) {
      this.troubles.delete(name);
      return undefined;
    }
    if (template.metadata.deletionTimestamp === undefined) await this.ensureNetworkPolicy(template);
    const decision = this.look(template);
    if (decision.failed > 0) this.pause(name, 'Pods of the warm pool ended while they waited.');
    else if (decision.ready > 0) this.troubles.delete(name);
    for (const pod of decision.remove) await this.remove(pod);
    const waitMs = await this.refill(template, decision.create);
    await this.writeStatus(template);
    return waitMs > 0 ? { requeueAfterMs: waitMs } : undefined;
  }

  private look(template: SessionTemplate): PoolDecision {
    const { view, placement, warmPool } = this.parts;
    const pods = view.pods.find('warm', template.metadata.name).filter((pod) => !warmPool.isBeingClaimed(pod));
    return decidePool(template, templateHash(template, placement), pods);
  }

  private async ensureNetworkPolicy(template: SessionTemplate): Promise<void> {
    const { client, view, placement } = this.parts;
    const wanted = networkPolicy(template, placement);
    const actual = view.networkPolicies.get(networkPolicyName(template));
    if (actual !== undefined && includes(actual.spec, wanted.spec) && includes(actual.metadata, wanted.metadata))
      return;
    view.networkPolicies.observe(await client.apply(NETWORK_POLICY, placement.namespace, wanted));
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
    const { name } = template.metadata;
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
        return this.pause(name, `The cluster refuses warm pods: ${error.message}`);
      }
    }
    return 0;
  }

  private pause(name: string, message: string): number {
    const failures = this.troubles.get(name)?.failures ?? 0;
    const ms = failureBackoff(failures);
    this.troubles.set(name, { failures: failures + 1, pausedUntil: performance.now() + ms, message });
    return ms;
  }

  private async writeStatus(observed: SessionTemplate): Promise<void> {
    const { client, view } = this.parts;
    const template = view.templates.get(observed.metadata.name) ?? observed;
    const { ready, starting } = this.look(template);
    const desired = template.spec.warmPool.size;
    const trouble = this.troubles.get(template.metadata.name);
    const generation = template.metadata.generation ?? 0;
    const condition: Omit<Condition, 'lastTransitionTime'> = {
      type: 'Ready',
      observedGeneration: generation,
      ...poolVerdict(desired, ready, trouble?.message),
    };
    const status: SessionTemplateStatus = {
      observedGeneration: generation,
      warmPool: { desired, ready, starting },
      conditions: [withTransitionTime(template.status?.conditions, condition, rfc3339(Date.now()))],
    };
    await writeStatus(client, SESSION_TEMPLATE, view.templates, template, status);
  }
}

function poolVerdict(desired: number, ready: number, trouble: string | undefined) {
  if (trouble !== undefined) return { status: 'False', reason: 'WarmPodsFail', message: trouble } as const;
  if (desired === 0) return { status: 'True', reason: 'NoWarmPool', message: 'Sessions start cold.' } as const;
  if (ready >= desired) return { status: 'True', reason: 'PoolFull', message: 'The warm pool is full.' } as const;
  return { status: 'False', reason: 'Refilling', message: 'The warm pool is being filled.' } as const;
}
