/** Pods that are to go: gracefully, and by force where no kubelet is left that could end them. Pure. */
import type { Pod } from '@claude-webui/kubernetes-api/client';
import type { Step } from './decision';

/** After its grace, a pod that is still there has no kubelet that could end it. */
const FORCE_AFTER_MS = 30_000;

export type PodRemoval = Extract<Step, { type: 'delete-pod' }>;

/** @param now milliseconds since the epoch */
export function removePods(now: number, pods: Pod[]): { steps: PodRemoval[]; requeueAfterMs?: number } {
  const steps: PodRemoval[] = [];
  let requeueAfterMs = Infinity;
  for (const pod of pods) {
    const { deletionTimestamp } = pod.metadata;
    if (deletionTimestamp === undefined) {
      steps.push({ type: 'delete-pod', pod, force: false });
      continue;
    }
    // The API server sets it to the time when the grace ends.
    const left = Date.parse(deletionTimestamp) + FORCE_AFTER_MS - now;
    if (left <= 0) steps.push({ type: 'delete-pod', pod, force: true });
    else requeueAfterMs = Math.min(requeueAfterMs, left);
  }
  return requeueAfterMs === Infinity ? { steps } : { steps, requeueAfterMs };
}
