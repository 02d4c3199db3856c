import type { SessionEnd } from '@claude-webui/protocol';
import type { AuditTrail } from '../audit/audit';
import { GATEWAY } from '../audit/events';
import type { SessionBackend } from './backend';
import type { SessionDirectory, SessionRecord } from './directory';
import { recordOnce } from './record-watch';

/** From the wish to end a session to the word that it has. Milliseconds. */
export const END_TIMEOUT_MS = 20_000;

export interface EndsParts {
  directory: SessionDirectory;
  backend: SessionBackend;
  audit: AuditTrail;
}

/** Ends sessions, and writes down that they have ended. */
export class Ends {
  constructor(private readonly parts: EndsParts) {}

  /** Resolves when the directory says that it has ended. */
  async end(record: SessionRecord, reason: 'terminated' | 'server-stopping'): Promise<void> {
    const { directory, backend } = this.parts;
    const { id } = record;
    const end = await backend.end(record, reason);
    if (end !== null) await this.ended(id, end);
    else if (record.endpoint !== null)
      await recordOnce(directory, id, ({ state }) => state === 'ended', AbortSignal.timeout(END_TIMEOUT_MS));
  }

  /** A session has ended; it does so once, whoever says so again. */
  async ended(id: string, end: SessionEnd): Promise<void> {
    const { directory, audit } = this.parts;
    const patch = { state: 'ended' as const, end, progress: null, attachments: 0, endpoint: null };
    const record = await directory.update(id, patch);
    if (record === null) return;
    const { reason, exitCode } = end;
    audit.record({ event: 'session.ended', ...GATEWAY, sessionId: id, owner: record.owner, reason, exitCode });
  }
}
