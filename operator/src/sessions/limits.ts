/**
 * Idle time and detach grace as the operator sees them. The runner acts on them, since it knows the terminal and the activity; the operator
 * is the backstop for a runner that answers and does not act. What follows is the template's word in either case.
 */
import type { ClaudeSessionStatus, EndAction, EndReason } from '@claude-webui/kubernetes-api';
import { detachAction } from '@claude-webui/kubernetes-api';
import type { EndCause } from './end-cause';
import type { Observation } from './observation';

/** Later than the runner by so long: it learns of activity at once, the operator at its next question. */
const BACKSTOP_MS = 300_000;

/** What the template does with a session that ended so. */
export function actionAfter({ template }: Observation, reason: EndReason): EndAction {
  if (template === null) return 'End';
  if (reason === 'DetachTimeout') return detachAction(template.spec);
  return reason === 'IdleTimeout' ? template.spec.onIdle : 'End';
}

/** The limit that the session has passed, by what its runner says; else the milliseconds to the next. @param status as it is now */
export function overdue(o: Observation, status: ClaudeSessionStatus): { cause: EndCause | null; leftMs: number } {
  const report = o.report?.report ?? null;
  // What was said long ago proves nothing about those who have attached since.
  if (report === null || !o.reportIsFresh || report.activity === 'working') return { cause: null, leftMs: Infinity };
  const { idleTimeoutSeconds, detachGraceSeconds } = o.session.spec;
  const active = report.lastActivityAt;
  const detached = status.conditions?.find(({ type }) => type === 'Attached');
  const left = (reason: EndReason, since: number, seconds: number) =>
    actionAfter(o, reason) === 'Keep' ? Infinity : since + seconds * 1000 + BACKSTOP_MS - o.now;
  const idleMs = idleTimeoutSeconds === 0 ? Infinity : left('IdleTimeout', active, idleTimeoutSeconds);
  const since = Math.max(active, Date.parse(detached?.lastTransitionTime ?? ''));
  const detachMs = report.attachments > 0 ? Infinity : left('DetachTimeout', since, detachGraceSeconds);
  if (idleMs <= 0)
    return {
      cause: { reason: 'IdleTimeout', message: 'Nothing happened in the session for its idle time.' },
      leftMs: 0,
    };
  if (detachMs <= 0)
    return {
      cause: { reason: 'DetachTimeout', message: 'No browser was connected to the session for too long.' },
      leftMs: 0,
    };
  return { cause: null, leftMs: Math.min(idleMs, detachMs) };
}
