/** What becomes of the sessions of people who may not have them any more. */
import type { AuditTrail } from '../audit/audit';
import { GATEWAY } from '../audit/events';
import type { Authority } from '../auth/authority';
import type { Logger } from '../log';
import type { SessionRecord } from './directory';
import type { Fate } from './fates';
import type { Sessions, Viewer } from './sessions';

/** Who is disabled, on whatever replica, has no session soon after. Milliseconds. */
const CHECK_MS = 2000;
/** In whose name sessions end that nobody asked to end. */
const SERVER: Viewer = { id: '', role: 'admin' };

export interface FormerOwnersParts {
  fate: Fate;
  sessions: Pick<Sessions, 'kept' | 'end' | 'suspend'>;
  authority: Pick<Authority, 'owner'>;
  audit: AuditTrail;
  log: Logger;
}

/** Looks at the owners of the sessions that this gateway keeps; other gateways look at theirs. */
export class FormerOwners {
  private readonly timer: NodeJS.Timeout;
  /** Sessions for which it is being done, or was; a suspended one takes its time, and is somebody's to bring back. */
  private readonly done = new Set<string>();

  constructor(
    private readonly parts: FormerOwnersParts,
    checkMs = CHECK_MS,
  ) {
    this.timer = setInterval(() => this.check(), checkMs);
  }

  close(): void {
    clearInterval(this.timer);
  }

  private check(): void {
    const { fate, sessions, authority, log } = this.parts;
    if (fate === 'keep') return;
    const { kept } = sessions;
    const former = kept.filter((record) => !authority.owner(record).stillHolds());
    for (const id of this.done) if (!former.some((record) => record.id === id)) this.done.delete(id);
    for (const record of former) {
      if (this.done.has(record.id)) continue;
      this.done.add(record.id);
      this.take(record, fate).catch((error: unknown) => {
        this.done.delete(record.id);
        log.error({ sessionId: record.id, err: error }, 'the session of somebody who may have none any more goes on');
      });
    }
  }

  private async take({ id: sessionId, owner }: SessionRecord, fate: 'end' | 'suspend'): Promise<void> {
    const { sessions, audit, log } = this.parts;
    log.info({ sessionId, fate }, 'the owner of a session may have none any more');
    if (fate === 'end') await sessions.end(SERVER, sessionId);
    else await sessions.suspend(sessionId);
    audit.record({ event: 'session.owner-lost', ...GATEWAY, sessionId, owner, fate });
  }
}
