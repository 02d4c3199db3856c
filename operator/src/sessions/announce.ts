/** What people and Prometheus are told when a session's status changes. */
import type { ClaudeSession, ClaudeSessionStatus, SessionReason } from '@claude-webui/kubernetes-api';
import { CLAUDE_SESSION } from '@claude-webui/kubernetes-api/client';
import type { EventRecorder } from '../controller/event-recorder';
import type { OperatorMetrics } from '../operator-metrics';

const WARNINGS = new Set<SessionReason>([
  'Unschedulable',
  'ImagePullFailed',
  'TemplateNotFound',
  'NetworkPolicyNotApplied',
  'QuotaExceeded',
  'WorkspaceBusy',
  'Restarting',
  'RunnerCrashed',
  'RunnerUnresponsive',
  'SuspensionExpired',
  'TooManySuspended',
  'OutOfMemory',
  'Evicted',
  'DiskFull',
  'TooManyProcesses',
  'Preempted',
  'NodeLost',
  'StartFailed',
  'CliNotInstalled',
  'PolicyNotEnforced',
]);
/** Said by the columns of `kubectl get`; as Events they would be noise. */
const QUIET = new Set<SessionReason>(['Scheduling', 'StartingContainer']);

export function announce(
  { events, metrics, nowMs }: { events: EventRecorder; metrics: OperatorMetrics; nowMs: number },
  session: ClaudeSession,
  after: ClaudeSessionStatus,
): void {
  const before = session.status;
  if (before?.readyTime === undefined && after.readyTime !== undefined) {
    const created = Date.parse(session.metadata.creationTimestamp ?? '');
    metrics.becameReady(after.startKind ?? 'Cold', Math.max(0, nowMs - created) / 1000);
  }
  const { reason, message } = after;
  if (reason === undefined || reason === before?.reason || QUIET.has(reason)) return;
  const started = reason === 'Running' && before?.phase !== 'Attached';
  const text = started ? `The session is ready (${(after.startKind ?? 'Cold').toLowerCase()} start).` : (message ?? '');
  events.record(session, CLAUDE_SESSION, WARNINGS.has(reason) ? 'Warning' : 'Normal', reason, text);
}
