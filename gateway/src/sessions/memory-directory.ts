import type { ClaimResult, SessionDirectory, SessionLimitCounts, SessionPatch, SessionRecord } from './directory';

/** People come back to learn why a session ended; after this long they do not. Milliseconds. */
const KEEP_ENDED_MS = 60 * 60_000;
const MAX_ENDED = 1000;

/** The directory of a single gateway. */
export class MemoryDirectory implements SessionDirectory {
  private readonly records = new Map<string, SessionRecord>();
  /** Ended sessions, oldest first, with the time of their end. */
  private readonly ended = new Map<string, number>();
  private readonly listeners = new Set<(record: SessionRecord) => void>();

  claim(record: SessionRecord, limits: SessionLimitCounts): Promise<ClaimResult> {
    const live = [...this.records.values()].filter((other) => other.state !== 'ended');
    const own = live.filter((other) => other.owner === record.owner);
    if (live.length >= limits.total) return Promise.resolve('sessions-full');
    if (own.length >= limits.perUser) return Promise.resolve('sessions-full-user');
    if (own.some((other) => other.workspace === record.workspace)) return Promise.resolve('workspace-busy');
    this.records.set(record.id, record);
    this.notify(record);
    return Promise.resolve('claimed');
  }

  restore(record: SessionRecord): Promise<boolean> {
    if (this.records.has(record.id)) return Promise.resolve(false);
    this.records.set(record.id, record);
    this.notify(record);
    return Promise.resolve(true);
  }

  get(id: string): Promise<SessionRecord | null> {
    return Promise.resolve(this.records.get(id) ?? null);
  }

  list(owner?: string): Promise<SessionRecord[]> {
    this.forgetEnded();
    const records = [...this.records.values()].filter((record) => owner === undefined || record.owner === owner);
    return Promise.resolve(records.reverse());
  }

  update(id: string, patch: SessionPatch): Promise<SessionRecord | null> {
    const before = this.records.get(id);
    if (before === undefined) return Promise.resolve(null);
    if (before.state === 'ended' && patch.state === 'ended') return Promise.resolve(null);
    const record = { ...before, ...patch };
    this.records.set(id, record);
    if (record.state === 'ended' && before.state !== 'ended') this.ended.set(id, Date.now());
    this.forgetEnded();
    this.notify(record);
    return Promise.resolve(record);
  }

  /** A single gateway leaves no orphans: its sessions end with it. */
  orphans(): Promise<SessionRecord[]> {
    return Promise.resolve([]);
  }

  adopt(): Promise<boolean> {
    return Promise.resolve(false);
  }

  release(): Promise<void> {
    return Promise.resolve();
  }

  subscribeLost(): () => void {
    return () => undefined;
  }

  subscribe(listener: (record: SessionRecord) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  close(): Promise<void> {
    this.listeners.clear();
    return Promise.resolve();
  }

  private forgetEnded(): void {
    for (const [id, at] of this.ended) {
      if (this.ended.size <= MAX_ENDED && Date.now() - at < KEEP_ENDED_MS) return;
      this.ended.delete(id);
      this.records.delete(id);
    }
  }

  private notify(record: SessionRecord): void {
    for (const listener of this.listeners) listener(record);
  }
}
