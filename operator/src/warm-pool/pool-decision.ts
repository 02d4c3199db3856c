/** What a warm pool needs, from the pods that it has. Pure. */
import type { SessionTemplate } from '@claude-webui/kubernetes-api';
import { LABELS } from '@claude-webui/kubernetes-api';
import type { Pod } from '@claude-webui/kubernetes-api/client';
import { isOver, isReady } from '@claude-webui/kubernetes-api/client';

export interface PoolDecision {
  create: number;
  remove: Pod[];
  ready: number;
  starting: number;
  /** Pods that ended while they waited. */
  failed: number;
}

/** `hash` is that of pods as the template makes them now. */
export function decidePool(template: SessionTemplate, hash: string, pods: Pod[]): PoolDecision {
  const size = template.metadata.deletionTimestamp === undefined ? template.spec.warmPool.size : 0;
  const alive = pods.filter((pod) => pod.metadata.deletionTimestamp === undefined);
  const failed = alive.filter(isOver);
  const usable = alive.filter((pod) => !isOver(pod) && pod.metadata.labels?.[LABELS.pool] === hash);
  // Of another template than today's: nobody may get one, so nobody misses it.
  const outdated = alive.filter((pod) => !isOver(pod) && pod.metadata.labels?.[LABELS.pool] !== hash);
  // The ready ones first, of them the older: those stay.
  const ordered = [...usable].sort((a, b) => Number(isReady(b)) - Number(isReady(a)) || byAge(a, b));
  const kept = ordered.slice(0, size);
  const ready = kept.filter(isReady).length;
  return {
    create: size - kept.length,
    remove: [...failed, ...outdated, ...ordered.slice(size)],
    ready,
    starting: kept.length - ready,
    failed: failed.length,
  };
}

export function byAge(a: Pod, b: Pod): number {
  const [left, right] = [a, b].map(({ metadata }) => metadata.creationTimestamp ?? '');
  return (left ?? '') < (right ?? '') ? -1 : 1;
}
