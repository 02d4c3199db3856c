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
  const { size } = template.spec.warmPool;
  const alive = pods.filter((pod) => pod.metadata.deletionTimestamp === undefined);
  const failed = alive.filter(isOver);
  const running = alive.filter((pod) => !isOver(pod));
  const isOfToday = (pod: Pod) => pod.metadata.labels?.[LABELS.pool] === hash;
  const usable = running.filter(isOfToday);
  // Of another template than today's: nobody may get one, so nobody misses it.
  const outdated = running.filter((pod) => !isOfToday(pod));
  // The ready ones first, of them the older: those stay.
  const ordered = usable.sort((a, b) => Number(isReady(b)) - Number(isReady(a)) || byAge(a, b));
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

/** The older first. */
export const byAge = (a: Pod, b: Pod): number => createdMs(a) - createdMs(b);

const createdMs = ({ metadata }: Pod) => Date.parse(metadata.creationTimestamp ?? '');
