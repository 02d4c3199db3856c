/** What the API server's refusal of a pod or a claim means for the session; null if trying again may help. */
import { isForbidden, isInvalid } from '@claude-webui/kubernetes-api/client';
import type { Refusal } from './observation';

export function startRefusal(error: unknown): Refusal | null {
  if (isForbidden(error)) {
    if (/exceeded quota|failed quota/.test(error.message))
      return {
        reason: 'QuotaExceeded',
        message: `The ResourceQuota of the namespace leaves no room for the session: ${error.message}`,
        final: false,
      };
    if (/violates PodSecurity/.test(error.message))
      return { reason: 'StartFailed', message: `The namespace does not admit the pod: ${error.message}`, final: true };
    // LimitRanges, admission webhooks, priority and runtime classes that are not there.
    return { reason: 'StartFailed', message: `The cluster refuses the pod: ${error.message}`, final: false };
  }
  if (isInvalid(error))
    return {
      reason: 'StartFailed',
      message: `The template does not make a pod that the cluster takes: ${error.message}`,
      final: true,
    };
  return null;
}
