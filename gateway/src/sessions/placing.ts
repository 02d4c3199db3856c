import { setMaxListeners } from 'node:events';
import { background } from '@claude-webui/protocol';
import type { SessionProgress, TerminalSize } from '@claude-webui/protocol';
import type { Logger } from '../log';
import type { Policy } from '../policy/policy';
import type { ProvenSettings } from '../policy/proven-settings';
import type { Placement, SessionBackend } from './backend';
import { PlacementLeft, SessionStartError } from './backend';
import type { Launch, SessionDirectory, SessionRecord } from './directory';
import type { Ends } from './ends';

export const DEFAULT_SIZE: TerminalSize = { cols: 80, rows: 24 };
/** Of a session whose record nobody has kept. */
const USUAL_LAUNCH: Launch = { role: 'user', command: { program: null, args: [] } };

/** Environment of a session's CLI: where its model calls go. */
export type ModelEnvironment = (sessionId: string) => Record<string, string>;

export interface PlacingParts {
  directory: SessionDirectory;
  backend: SessionBackend;
  modelEnvironment: ModelEnvironment;
  policy: () => Policy;
  proven: ProvenSettings;
  log: Logger;
  ends: Ends;
}

/** Takes claimed sessions to where they run. */
export class Placing {
  private readonly stopping = new AbortController();
  private readonly underWay = new Set<Promise<void>>();

  /** @param placed called with each session that takes attaches now */
  constructor(
    private readonly parts: PlacingParts,
    private readonly placed: (record: SessionRecord) => void,
  ) {
    // One listener for each session that is being placed, which the limits of sessions bound.
    setMaxListeners(0, this.stopping.signal);
  }

  /** Begins to place a session; what becomes of it is in the directory. */
  begin(record: SessionRecord, size = DEFAULT_SIZE): void {
    const placing = this.place(record, size).finally(() => this.underWay.delete(placing));
    this.underWay.add(placing);
  }

  /** What the backend has to know of a session to place it, or to place it again. */
  placement(record: SessionRecord, size = DEFAULT_SIZE): Placement {
    const { modelEnvironment, policy, proven } = this.parts;
    const { id: sessionId, owner, name, workspace, attachKey, ownerName, launch = USUAL_LAUNCH } = record;
    const { command, role } = launch;
    const ofRole = policy().session(role);
    const whose = { owner, ownerName: ownerName ?? null, role };
    const rules = { ...ofRole, provenFor: proven.for(ofRole.hash) };
    return {
      sessionId,
      ...whose,
      name,
      workspace,
      attachKey,
      size,
      env: modelEnvironment(sessionId),
      command,
      policy: rules,
    };
  }

  /** Sessions that are being placed are ended. */
  abandon(): void {
    this.stopping.abort();
  }

  /** Resolves when none is being placed. */
  async idle(): Promise<void> {
    await Promise.all(this.underWay);
  }

  private async place(record: SessionRecord, size: TerminalSize): Promise<void> {
    const { directory, backend, log, ends } = this.parts;
    const { id: sessionId } = record;
    const progress = (now: SessionProgress) =>
      background('session-progress', directory.update(sessionId, { progress: now }), { sessionId });
    try {
      const placement = this.placement(record, size);
      const { endpoint } = await backend.place(placement, this.stopping.signal, progress);
      const placed = await directory.update(sessionId, { state: 'ready', progress: null, endpoint });
      if (placed !== null) this.placed(placed);
    } catch (error) {
      if (error instanceof PlacementLeft) return;
      const end = error instanceof SessionStartError ? error.end : { reason: 'start-failed' as const, exitCode: null };
      if (end.reason === 'terminated') log.info({ sessionId }, 'session ended before it had started');
      else log.error({ sessionId, err: error }, 'session not started');
      await ends.ended(sessionId, end);
    }
  }
}
