import type { AttachmentState, DecodedRunnerFrame } from '@claude-webui/protocol';
import { FrameType, decodeRunnerFrame } from '@claude-webui/protocol';
import type { AuditTrail } from '../audit/audit';
import type { AuditContext } from '../audit/events';
import type { SocketData } from './types';

/** Frames that say who types; the rest is the session's content, which is not looked at. */
const TELLING: ReadonlySet<number | undefined> = new Set([FrameType.attached, FrameType.state]);

/** What one attachment's frames mean for the audit log: attached, taken over, detached. */
export class AttachmentAudit {
  private role: AttachmentState['role'] | null = null;

  constructor(
    private readonly audit: AuditTrail,
    private readonly context: AuditContext,
    private readonly mode: 'drive' | 'view',
  ) {}

  /** A frame that the session-runner has sent. */
  saw(frame: Buffer): void {
    if (!TELLING.has(frame[0])) return;
    const state = stateIn(decodeRunnerFrame(frame));
    if (state === null) return;
    const { context, mode } = this;
    if (this.role === null) this.audit.record({ event: 'session.attached', ...context, mode });
    else if (this.role === 'observer' && state.role === 'driver')
      this.audit.record({ event: 'session.taken-over', ...context });
    this.role = state.role;
  }

  /** The connection is over; without a reason, the client went. */
  detached(reason: SocketData['closedFor']): void {
    if (this.role === null) return;
    this.audit.record({ event: 'session.detached', ...this.context, reason: reason ?? 'left' });
  }
}

function stateIn(frame: DecodedRunnerFrame): AttachmentState | null {
  if (frame.type === 'attached') return frame.attached.state;
  return frame.type === 'state' ? frame.state : null;
}
