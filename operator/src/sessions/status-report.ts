/** What a runner's `GET /status` says, checked: a session pod is the one thing here that its user can tamper with. */
import type { Activity } from '@claude-webui/protocol';
import { ACTIVITIES, renamedActivity } from '@claude-webui/protocol';
import { z } from 'zod';

const schema = z.object({
  bound: z.boolean(),
  sessionId: z.string().nullable(),
  report: z
    .object({
      activity: z.preprocess(renamedActivity, z.enum(ACTIVITIES)),
      attachments: z.number().int().min(0).max(10_000),
      lastActivityAt: z.number().int().min(0).max(8_640_000_000_000_000),
    })
    .nullable(),
});

export type StatusReport = z.infer<typeof schema>;

/** Null for what is no report. @param now milliseconds since the epoch: no activity is later, whatever a pod says */
export function parseStatusReport(text: string, now: number): StatusReport | null {
  try {
    const status = schema.parse(JSON.parse(text));
    if (status.report === null) return status;
    return { ...status, report: { ...status.report, lastActivityAt: Math.min(status.report.lastActivityAt, now) } };
  } catch {
    return null;
  }
}

/** `lastActivityTime` moves in steps of at least this, so that typing does not write to etcd. */
const ACTIVITY_STEP_MS = 60_000;

/** What the person is to come for; null while Claude does not need them. */
export function inputWantedIn(activity: Activity): 'asks' | 'done' | null {
  return activity === 'asks' || activity === 'done' ? activity : null;
}

/** Whether anybody who looks at the session's object should hear of the difference at once; of activity see below. */
export function isMaterial(before: StatusReport | undefined, after: StatusReport): boolean {
  if (before === undefined || before.bound !== after.bound) return true;
  if (before.report === null || after.report === null) return before.report !== after.report;
  return (
    before.report.attachments !== after.report.attachments ||
    inputWantedIn(before.report.activity) !== inputWantedIn(after.report.activity)
  );
}

/**
 * Whether the activity that is told is to be replaced: there was later activity, by enough to tell it. One in the future, which
 * earlier releases have written, is replaced in any case.
 */
export function activityHasMoved(told: number | null, lastActivityAt: number, now: number): boolean {
  return told === null || told > now || lastActivityAt - told >= ACTIVITY_STEP_MS;
}

/** The activity time to write, given the one that is written. */
export function activityTime(written: string | undefined, lastActivityAt: number, now: number): string {
  const isKept = written !== undefined && !activityHasMoved(Date.parse(written), lastActivityAt, now);
  return isKept ? written : rfc3339(lastActivityAt);
}

/** Whole seconds, as Kubernetes writes times. */
export const rfc3339 = (ms: number) => new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');
