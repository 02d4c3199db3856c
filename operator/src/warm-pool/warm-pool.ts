/**
 * Hands a waiting pod to a session. The claim is one conditional patch: it takes the pool's label off and puts session and
 * owner on, and the API server refuses it if anybody has written the pod since we read it. So no pod has two sessions,
 * however many operators try.
 */
import type { ClaudeSession, SessionTemplate } from '@claude-webui/kubernetes-api';
import { LABELS } from '@claude-webui/kubernetes-api';
import type { ApiClient, Pod, Store } from '@claude-webui/kubernetes-api/client';
import { POD, isOutdated, isReady } from '@claude-webui/kubernetes-api/client';
import type { OperatorMetrics } from '../operator-metrics';
import type { Placement } from '../pod/placement';
import { belongingTo, templateHash } from '../pod/session-pod';
import { byAge } from './pool-decision';

export interface WarmPoolParts {
  client: ApiClient;
  pods: Store<Pod>;
  placement: Placement;
  metrics: OperatorMetrics;
}

export class WarmPool {
  /** Names of pods that a claim is under way for: other claims of this process, and the shrinking, leave them alone. */
  private readonly claiming = new Set<string>();

  constructor(private readonly parts: WarmPoolParts) {}

  /** The pod that is now the session's; null if there is none to be had, and the session has to start cold. */
  async claim(session: ClaudeSession, template: SessionTemplate, start: number): Promise<Pod | null> {
    if (template.spec.warmPool.size === 0) return null;
    const { metrics } = this.parts;
    for (const pod of this.candidates(template)) {
      const claimed = await this.tryClaim(pod, session, start);
      if (claimed === null) continue;
      metrics.warmClaim(template.metadata.name, 'hit');
      return claimed;
    }
    metrics.warmClaim(template.metadata.name, 'miss');
    return null;
  }

  isBeingClaimed(pod: Pod): boolean {
    return this.claiming.has(pod.metadata.name);
  }

  /** Ready pods of the template as it is now, one after the other, each looked at when its turn comes. */
  private *candidates(template: SessionTemplate): Generator<Pod> {
    const hash = templateHash(template, this.parts.placement);
    const tried = new Set<string>();
    for (;;) {
      const next = this.parts.pods
        .find('warm', template.metadata.name)
        .filter((pod) => pod.metadata.labels?.[LABELS.pool] === hash && isReady(pod))
        .filter((pod) => !tried.has(pod.metadata.name) && !this.isBeingClaimed(pod))
        .sort(byAge)[0];
      if (next === undefined) return;
      tried.add(next.metadata.name);
      yield next;
    }
  }

  /** Null if somebody was quicker. */
  private async tryClaim(pod: Pod, session: ClaudeSession, start: number): Promise<Pod | null> {
    const { client, pods, placement } = this.parts;
    const { name, uid, resourceVersion } = pod.metadata;
    const mine = belongingTo(session, start);
    this.claiming.add(name);
    try {
      const claimed = await client.patch(POD, placement.namespace, name, {
        metadata: { ...mine, uid, resourceVersion, labels: { ...mine.labels, [LABELS.pool]: null } },
      });
      pods.observe(claimed);
      return claimed;
    } catch (error) {
      if (isOutdated(error)) return null;
      throw error;
    } finally {
      this.claiming.delete(name);
    }
  }
}
