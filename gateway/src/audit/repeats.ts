import type { AuditEvent } from './events';
import { AUDIT_EVENTS } from './events';

/** After the first of its kind, the others of this long are told together. */
const WINDOW_MS = 60_000;
/** Kinds (event, reason, who, from where) remembered. Above it the oldest is told early. */
const MAX_KINDS = 1000;

/**
 * Folds what anybody can repeat at will, so that a flood of refusals does not push the rest out of the files. Pure but for
 * its memory; times are passed in, in milliseconds.
 */
export class Repeats {
  private readonly kinds = new Map<string, { endsAt: number; last: AuditEvent; count: number }>();

  /** Whether the event is to be written now. If not, it is among those that `due` tells later. */
  admit(event: AuditEvent, now: number): boolean {
    if (!AUDIT_EVENTS[event.event].repeats) return true;
    const key = kindOf(event);
    const kind = this.kinds.get(key);
    if (kind === undefined) {
      this.kinds.set(key, { endsAt: now + WINDOW_MS, last: event, count: 0 });
      return true;
    }
    kind.last = event;
    kind.count += 1;
    return false;
  }

  /** What was held back in windows that are over by now, or that there are too many of: one event for all like it. */
  due(now: number): AuditEvent[] {
    const due: AuditEvent[] = [];
    for (const [key, { endsAt, last, count }] of this.kinds) {
      if (endsAt > now && this.kinds.size <= MAX_KINDS) break;
      this.kinds.delete(key);
      if (count > 0) due.push({ ...last, repeats: count });
    }
    return due;
  }
}

function kindOf(event: AuditEvent): string {
  const { id, address } = event.actor;
  // What a session's own programs cause is told for each session; whoever else it is may name as many as they like.
  if (event.event === 'policy.refused')
    return JSON.stringify([event.rule, id, address, event.actor.kind, event.sessionId]);
  if (event.event === 'file.listed') return JSON.stringify([event.event, id, address, event.sessionId, event.path]);
  return JSON.stringify([event.event, 'reason' in event ? event.reason : null, id, address]);
}
