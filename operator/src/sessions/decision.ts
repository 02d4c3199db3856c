/** What is to be done about a session, in order. A step that fails ends the reconciliation; the next one decides anew. */
import type { ClaudeSessionStatus } from '@claude-webui/kubernetes-api';
import type { Pod } from '@claude-webui/kubernetes-api/client';

export type Step =
  | { type: 'write-status'; status: ClaudeSessionStatus }
  /** That of an earlier release. */
  | { type: 'remove-finalizer' }
  /** Gets the session its nth pod, warm or new. */
  | { type: 'start'; start: number }
  /** Gracefully, unless `force`: then the object goes whether or not a kubelet has heard of it. */
  | { type: 'delete-pod'; pod: Pod; force: boolean }
  /** Sets `spec.suspend`. */
  | { type: 'suspend' }
  /** Lets evictions of its pod be refused, or no longer. */
  | { type: 'protect' }
  | { type: 'unprotect' }
  | { type: 'delete-session' };

export interface Decision {
  steps: Step[];
  /** When to look again without any news. */
  requeueAfterMs?: number;
}
