import { setTimeout as delay } from 'node:timers/promises';
import { background } from '@claude-webui/protocol';
import type { RunnerEvent, SessionProgress } from '@claude-webui/protocol';
import { AppError } from '../errors';
import type { Logger } from '../log';
import { followRunner } from '../runner-link/control';
import type { FoundSession, Placement, SessionBackend, SessionCluster } from './backend';
import { PlacementLeft } from './backend';
import type { SessionDirectory, SessionPatch, SessionRecord } from './directory';

/** A gateway that was killed is missed by nobody who is attached; its sessions' reports wait this long. Milliseconds. */
const ORPHANS_INTERVAL_MS = 5000;
/** The directory forgets only with its store, and other gateways tell it at once what they keep: there is time. Milliseconds. */
const FORGOTTEN_INTERVAL_MS = 30_000;
/** From the loss of a link to the question what became of the session. Milliseconds. */
const LOST_MS = 250;

export interface KeeperListener {
  event(record: SessionRecord, event: RunnerEvent): void;
  /** How many sessions are kept now. */
  count(sessions: number): void;
  /** What the backend has to know of a session to place it again. */
  placement(record: SessionRecord): Placement;
  /** A record for a session that the backend has and the directory has not. */
  record(found: FoundSession): SessionRecord;
}

interface Kept {
  record: SessionRecord;
  /** Nobody here cares any more. */
  stop: AbortController;
  /** The link to its runner is perhaps one to nobody. */
  moved: AbortController;
}

/** Follows the runners of the sessions that this gateway vouches for, and takes over those of gateways that have gone. */
export class Keeper {
  private readonly kept = new Map<string, Kept>();
  private readonly searches: NodeJS.Timeout[];
  private readonly unsubscribe: (() => void)[];

  constructor(
    private readonly directory: SessionDirectory,
    private readonly backend: SessionBackend,
    private readonly cluster: SessionCluster | null,
    private readonly listener: KeeperListener,
    private readonly log: Logger,
  ) {
    this.searches = [setInterval(() => background('restore-sessions', this.adoptOrphans()), ORPHANS_INTERVAL_MS)];
    this.unsubscribe = [directory.subscribeLost((id) => this.drop(id))];
    if (cluster !== null) this.followCluster(cluster);
    else background('restore-sessions', this.adoptOrphans());
  }

  private followCluster(cluster: SessionCluster): void {
    const restore = () => this.restoreForgotten(cluster);
    this.searches.push(setInterval(() => background('restore-sessions', restore()), FORGOTTEN_INTERVAL_MS));
    this.unsubscribe.push(cluster.subscribe((id) => this.kept.get(id)?.moved.abort()));
    background(
      'restore-sessions',
      restore().then(() => this.adoptOrphans()),
    );
  }

  get records(): SessionRecord[] {
    return [...this.kept.values()].map(({ record }) => record);
  }

  /** Follows a session, which takes attaches or is to be taken to where it does. */
  keep(record: SessionRecord): void {
    const kept = { record, stop: new AbortController(), moved: new AbortController() };
    this.kept.set(record.id, kept);
    this.listener.count(this.kept.size);
    this.follow(kept).catch((error: unknown) => {
      if (error instanceof PlacementLeft) return;
      this.log.error({ sessionId: record.id, err: error }, 'a session is not followed any more');
    });
  }

  /** Lets go of all of them; they live on. */
  close(): void {
    for (const search of this.searches) clearInterval(search);
    for (const unsubscribe of this.unsubscribe) unsubscribe();
    for (const id of [...this.kept.keys()]) this.drop(id);
  }

  private async follow(kept: Kept): Promise<void> {
    const { stop } = kept;
    let isOver = false;
    const tell = (event: RunnerEvent) => {
      if (event.type === 'ended') {
        isOver = true;
        this.forget(kept.record.id);
      }
      this.listener.event(kept.record, event);
    };
    const heard = (event: RunnerEvent) => {
      if (event.type !== 'ended' || this.cluster?.mayGoOn(event.end) !== true) tell(event);
    };
    const goesOn = () => !isOver && !stop.signal.aborted;
    while (goesOn()) {
      if (kept.record.endpoint !== null) {
        await this.listen(kept, heard);
        // One that is being killed still answers for a moment.
        if (goesOn()) await delay(LOST_MS, undefined, { signal: stop.signal }).catch(() => undefined);
      }
      if (goesOn()) await this.relocate(kept, tell);
    }
  }

  /** Until the link to the runner breaks, or leads nowhere any more. */
  private async listen(kept: Kept, tell: (event: RunnerEvent) => void): Promise<void> {
    kept.moved = new AbortController();
    try {
      await followRunner(kept.record, tell, AbortSignal.any([kept.stop.signal, kept.moved.signal]));
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
    }
  }

  private async relocate(kept: Kept, tell: (event: RunnerEvent) => void): Promise<void> {
    const { id, endpoint } = kept.record;
    const progress = (now: SessionProgress) =>
      background('session-progress', this.change(kept, { state: 'starting', endpoint: null, progress: now }));
    const placement = this.listener.placement(kept.record);
    const where = await this.backend.relocate(placement, endpoint, kept.stop.signal, progress);
    if (kept.stop.signal.aborted) return;
    if ('end' in where) return tell({ type: 'ended', end: where.end });
    if (where.endpoint === kept.record.endpoint) return;
    this.log.info({ sessionId: id }, 'session is in another place');
    await this.change(kept, { state: 'ready', progress: null, endpoint: where.endpoint });
  }

  private async change(kept: Kept, patch: SessionPatch): Promise<void> {
    kept.record = { ...kept.record, ...patch };
    await this.directory.update(kept.record.id, patch).catch((error: unknown) => {
      this.log.warn({ sessionId: kept.record.id, err: error }, 'where a session is now is not in the directory');
    });
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

  /** Sessions that live though the directory does not know them: all gateways were away, or it was emptied. */
  private async restoreForgotten(cluster: SessionCluster): Promise<void> {
    try {
      for (const found of cluster.found()) {
        if (this.kept.has(found.id) || (await this.directory.get(found.id)) !== null) continue;
        const record = this.listener.record(found);
        if (!(await this.directory.restore(record))) continue;
        this.log.info({ sessionId: found.id }, 'session found again');
        this.keep(record);
      }
    } catch (error) {
      this.log.debug({ err: error }, 'forgotten sessions not looked for: the directory is away');
    }
  }
}
