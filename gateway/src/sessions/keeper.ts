import { setTimeout as delay } from 'node:timers/promises';
import type { RunnerEvent } from '@claude-webui/protocol';
import { AppError } from '../errors';
import type { Logger } from '../log';
import { followRunner } from '../runner-link/control';
import type { SessionBackend } from './backend';
import type { SessionDirectory, SessionRecord } from './directory';

/** A gateway that was killed is missed by nobody who is attached; its sessions' reports wait this long. Milliseconds. */
const ORPHANS_INTERVAL_MS = 5000;
/** From the loss of a link to the question what became of the session. Milliseconds. */
const LOST_MS = 250;

export interface KeeperListener {
  event(record: SessionRecord, event: RunnerEvent): void;
  /** How many sessions are kept now. */
  count(sessions: number): void;
}

/** Follows the runners of the sessions that this gateway vouches for, and takes over those of gateways that have gone. */
export class Keeper {
  private readonly kept = new Map<string, { record: SessionRecord; stop: AbortController }>();
  private readonly search: NodeJS.Timeout;
  private readonly unsubscribe: () => void;

  constructor(
    private readonly directory: SessionDirectory,
    private readonly backend: SessionBackend,
    private readonly listener: KeeperListener,
    private readonly log: Logger,
  ) {
    this.search = setInterval(() => void this.adoptOrphans(), ORPHANS_INTERVAL_MS);
    this.unsubscribe = directory.subscribeLost((id) => this.drop(id));
    void this.adoptOrphans();
  }

  get records(): SessionRecord[] {
    return [...this.kept.values()].map(({ record }) => record);
  }

  /** Follows a session that takes attaches. */
  keep(record: SessionRecord): void {
    const stop = new AbortController();
    this.kept.set(record.id, { record, stop });
    this.listener.count(this.kept.size);
    this.follow(record, stop.signal).catch((error: unknown) => {
      this.log.error({ sessionId: record.id, err: error }, 'a session is not followed any more');
    });
  }

  /** Lets go of all of them; they live on. */
  close(): void {
    clearInterval(this.search);
    this.unsubscribe();
    for (const id of [...this.kept.keys()]) this.drop(id);
  }

  private async follow(record: SessionRecord, signal: AbortSignal): Promise<void> {
    let isOver = false;
    const tell = (event: RunnerEvent) => {
      if (event.type === 'ended') {
        isOver = true;
        this.forget(record.id);
      }
      this.listener.event(record, event);
    };
    const mayGoOn = () => !isOver && !signal.aborted;
    while (mayGoOn()) {
      try {
        await followRunner(record, tell, signal);
      } catch (error) {
        if (!(error instanceof AppError)) throw error;
      }
      if (!mayGoOn()) return;
      // One that is being killed still answers for a moment.
      await delay(LOST_MS, undefined, { signal }).catch(() => undefined);
      const end = mayGoOn() ? await this.backend.inspect(record) : null;
      if (end !== null) tell({ type: 'ended', end });
    }
  }

  private drop(id: string): void {
    this.kept.get(id)?.stop.abort();
    this.forget(id);
  }

  private forget(id: string): void {
    if (this.kept.delete(id)) this.listener.count(this.kept.size);
  }

  private async adoptOrphans(): Promise<void> {
    try {
      for (const record of await this.directory.orphans()) {
        if (!this.backend.reaches(record) || !(await this.directory.adopt(record))) continue;
        this.log.info({ sessionId: record.id }, 'session taken over from a gateway that has gone');
        this.keep(record);
      }
    } catch (error) {
      this.log.debug({ err: error }, 'orphans not looked for: the directory is away');
    }
  }
}
