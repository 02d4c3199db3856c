import { setMaxListeners } from 'node:events';
import { randomUUID } from 'node:crypto';
import { background } from '@claude-webui/protocol';
import type {
  RunnerEvent,
  RunnerMeasure,
  SessionEnd,
  SessionInfo,
  SessionProgress,
  TerminalSize,
} from '@claude-webui/protocol';
import type { AuditTrail } from '../audit/audit';
import { GATEWAY } from '../audit/events';
import { AppError, PolicyRefusal } from '../errors';
import type { Logger } from '../log';
import type { Metrics } from '../metrics/metrics';
import type { Policy } from '../policy/policy';
import type { ProvenSettings } from '../policy/proven-settings';
import type { FoundSession, Placement, SessionBackend } from './backend';
import { PlacementLeft, SessionStartError } from './backend';
import type { Launch, SessionDirectory, SessionLimitCounts, SessionPatch, SessionRecord } from './directory';
import { Keeper } from './keeper';
import { assertNotOver } from './running';

const DEFAULT_SIZE: TerminalSize = { cols: 80, rows: 24 };
/** Of a session whose record nobody has kept. */
const USUAL_LAUNCH: Launch = { role: 'user', command: { program: null, args: [] } };
/** From the wish to end a session to the word that it has. Milliseconds. */
const END_TIMEOUT_MS = 20_000;

/** Who asks. */
export interface Viewer {
  /** User id (`sub`). */
  id: string;
  role: 'viewer' | 'user' | 'admin';
  /** For those who list sessions; grants nothing. */
  name?: string;
}

/** What may differ between new sessions. */
export interface SessionWish {
  name?: string | undefined;
  workspace?: string | undefined;
  size?: TerminalSize | undefined;
  /** Absolute path of a program in the place of Claude Code. */
  program?: string | undefined;
  arguments?: string[] | undefined;
  /** Whether the workspace's last conversation goes on, if it has one, or another begins. */
  conversation?: 'last' | 'new' | undefined;
}

/** Environment of a session's CLI: where its model calls go. */
export type ModelEnvironment = (sessionId: string) => Record<string, string>;

/** A session as people may see it: without keys, places and links. */
export function sessionInfo(record: SessionRecord): SessionInfo {
  const { attachKey: _key, endpoint: _endpoint, launch: _launch, ownerName: _ownerName, ...info } = record;
  return info;
}

/** Everything that can be done with sessions, by those who may. */
export class Sessions {
  private readonly closing = new AbortController();
  private readonly keeper: Keeper;
  private readonly placements = new Set<Promise<void>>();

  constructor(
    private readonly directory: SessionDirectory,
    private readonly backend: SessionBackend,
    private readonly limits: SessionLimitCounts,
    private readonly modelEnvironment: ModelEnvironment,
    private readonly metrics: Metrics,
    private readonly log: Logger,
    private readonly audit: AuditTrail,
    private readonly policy: () => Policy,
    private readonly proven: ProvenSettings,
  ) {
    // One listener for each session that is being placed, which MAX_SESSIONS bounds.
    setMaxListeners(0, this.closing.signal);
    this.keeper = new Keeper(
      directory,
      backend,
      {
        event: ({ id }, event) => background('session-event', this.follow(id, event), { sessionId: id }),
        count: (live) => metrics.activeSessions.set(live),
        placement: (record) => this.placement(record, DEFAULT_SIZE),
        record: (found) => this.recordOf(found),
      },
      log,
    );
  }

  /** Claims a session and starts it; it is `starting` when this resolves. @throws AppError */
  async create(viewer: Viewer, wish: SessionWish): Promise<SessionRecord> {
    if (viewer.role === 'viewer') throw new AppError('forbidden', 'Viewers may watch sessions, not start them.');
    const command = this.policy().command(viewer.role, wish);
    if ('rule' in command) throw new PolicyRefusal(command.rule, command.detail);
    const live = (await this.directory.list(viewer.id)).filter(isLive);
    const id = randomUUID();
    const launch = {
      role: viewer.role,
      command: wish.conversation === 'new' ? { ...command, newConversationOf: id } : command,
    };
    const record = this.recordOf({
      id,
      name: wish.name ?? `Session ${lowestFree((n) => live.some(({ name }) => name === `Session ${n}`))}`,
      owner: viewer.id,
      workspace: wish.workspace ?? freeWorkspace(live),
      createdAt: new Date().toISOString(),
      launch,
      ...(viewer.name === undefined ? {} : { ownerName: viewer.name }),
    });
    const result = await this.directory.claim(record, {
      total: this.limits.total + this.backend.suspended(),
      perUser: this.limits.perUser + this.backend.suspended(viewer.id),
    });
    // Another of the same person's took the name that was free a moment ago; the limits bound how often.
    if (result === 'workspace-busy' && wish.workspace === undefined) return this.create(viewer, wish);
    if (result !== 'claimed') throw new AppError(result);
    const placement = this.place(record, wish.size ?? DEFAULT_SIZE).finally(() => this.placements.delete(placement));
    this.placements.add(placement);
    return record;
  }

  /** Newest first; everybody's, if an administrator wants `all`. */
  list(viewer: Viewer, all: boolean): Promise<SessionRecord[]> {
    return this.directory.list(all && viewer.role === 'admin' ? undefined : viewer.id);
  }

  /** @throws AppError session-not-found, also for other people's sessions: nobody learns that they exist */
  async get(viewer: Viewer, id: string): Promise<SessionRecord> {
    const record = await this.directory.get(id);
    if (record === null || !mayUse(viewer, record)) throw new AppError('session-not-found');
    return record;
  }

  /** The viewer's newest session that nobody is attached to. */
  async newestDetached(viewer: Viewer): Promise<SessionRecord | null> {
    const own = await this.directory.list(viewer.id);
    return own.find((record) => isLive(record) && record.attachments === 0) ?? null;
  }

  /** @throws AppError session-not-found, session-over */
  async rename(viewer: Viewer, id: string, name: string): Promise<SessionRecord> {
    assertNotOver(await this.get(viewer, id));
    return this.update(id, { name });
  }

  /** Ends a session; resolves when nothing of it is left. */
  async end(viewer: Viewer, id: string): Promise<void> {
    const record = await this.get(viewer, id);
    await this.endAs(record, 'terminated');
    // Another gateway may be placing it, and can only be told when it has.
    const settled = await this.settled(id, AbortSignal.timeout(END_TIMEOUT_MS));
    if (isLive(settled)) await this.endAs(settled, 'terminated');
  }

  /** Sessions that this gateway vouches for. */
  get kept(): SessionRecord[] {
    return this.keeper.records;
  }

  suspend(id: string): Promise<void> {
    return this.backend.suspend(id);
  }

  /** Brings a suspended session back. */
  resume(id: string): Promise<void> {
    return this.backend.resume(id);
  }

  /** The session once it can be attached to, or ended before it could; `told` hears of what it waits for. @throws AppError session-not-found */
  settled(id: string, signal: AbortSignal, told?: (record: SessionRecord) => void): Promise<SessionRecord> {
    const isSettled = (record: SessionRecord) => {
      if (record.state === 'starting') told?.(record);
      return record.state !== 'starting';
    };
    return this.once(id, isSettled, signal);
  }

  /** The session once it is as wanted. @throws AppError session-not-found; not-ready when `signal` aborts */
  private once(id: string, isWanted: (record: SessionRecord) => boolean, signal: AbortSignal): Promise<SessionRecord> {
    return new Promise((resolve, reject) => {
      const done = (settle: () => void) => {
        unsubscribe();
        signal.removeEventListener('abort', abort);
        settle();
      };
      const look = (record: SessionRecord) => {
        if (record.id === id && isWanted(record)) done(() => resolve(record));
      };
      const fail = (error: Error) => done(() => reject(error));
      const abort = () => fail(new AppError('not-ready'));
      // Listens before it looks: what changes in between is not missed.
      const unsubscribe = this.directory.subscribe(look);
      signal.addEventListener('abort', abort, { once: true });
      this.directory.get(id).then((current) => {
        if (current === null) fail(new AppError('session-not-found'));
        else look(current);
      }, fail);
    });
  }

  subscribe(listener: (record: SessionRecord) => void): () => void {
    return this.directory.subscribe(listener);
  }

  /** Leaves the sessions to other gateways, or ends them if there are none. */
  async close(fate: 'leave' | 'end'): Promise<void> {
    if (fate === 'end') this.closing.abort();
    else await this.backend.close();
    await Promise.all(this.placements);
    const kept = this.keeper.records;
    if (fate === 'end') await Promise.allSettled(kept.map((record) => this.endAs(record, 'server-stopping')));
    this.keeper.close();
    if (fate === 'leave') await this.directory.release().catch(() => undefined);
    await this.directory.close();
    await this.backend.close();
  }

  /** Resolves when the directory says that it has ended. */
  private async endAs(record: SessionRecord, reason: 'terminated' | 'server-stopping'): Promise<void> {
    const { id } = record;
    const end = await this.backend.end(record, reason);
    if (end !== null) await this.markEnded(id, end);
    else if (record.endpoint !== null)
      await this.once(id, (changed) => !isLive(changed), AbortSignal.timeout(END_TIMEOUT_MS));
  }

  /** A new record of a session that is being started. */
  private recordOf(found: FoundSession): SessionRecord {
    return {
      ...found,
      workspaceKept: this.backend.keepsWorkspaces,
      state: 'starting',
      activity: 'starting',
      attachments: 0,
      lastActivityAt: found.createdAt,
      endpoint: null,
      attachKey: this.backend.attachKey(found.id),
    };
  }

  private placement(
    { id: sessionId, owner, name, workspace, attachKey, ownerName, launch = USUAL_LAUNCH }: SessionRecord,
    size: TerminalSize,
  ): Placement {
    const env = this.modelEnvironment(sessionId);
    const { command, role } = launch;
    const policy = this.policy().session(role);
    const provenFor = this.proven.for(policy.hash);
    const whose = { owner, ownerName: ownerName ?? null, role };
    return { sessionId, ...whose, name, workspace, attachKey, size, env, command, policy: { ...policy, provenFor } };
  }

  private async place(record: SessionRecord, size: TerminalSize): Promise<void> {
    const { id: sessionId } = record;
    const progress = (now: SessionProgress) =>
      background('session-progress', this.directory.update(sessionId, { progress: now }), { sessionId });
    try {
      const placement = this.placement(record, size);
      const { endpoint } = await this.backend.place(placement, this.closing.signal, progress);
      const placed = await this.directory.update(sessionId, { state: 'ready', progress: null, endpoint });
      if (placed !== null) this.keeper.keep(placed);
    } catch (error) {
      if (error instanceof PlacementLeft) return;
      const end = error instanceof SessionStartError ? error.end : { reason: 'start-failed' as const, exitCode: null };
      if (end.reason === 'terminated') this.log.info({ sessionId }, 'session ended before it had started');
      else this.log.error({ sessionId, err: error }, 'session not started');
      await this.markEnded(sessionId, end);
    }
  }

  private async follow(id: string, event: RunnerEvent): Promise<void> {
    switch (event.type) {
      case 'report': {
        const { activity, attachments, lastActivityAt } = event.report;
        const patch = { activity, attachments, lastActivityAt: new Date(lastActivityAt).toISOString() };
        await this.directory.update(id, patch);
        return;
      }
      case 'measure':
        return this.measured(id, event.measure);
      case 'policy-proven':
        return this.proven.add(event.hash, event.cli);
      case 'ended':
        return this.markEnded(id, event.end);
    }
  }

  private measured(sessionId: string, measure: RunnerMeasure): void {
    // Counted twice, it would be twice as much in every sum.
    const isCountedThere = this.backend.runnersAreScraped;
    switch (measure.name) {
      case 'command':
        if (!isCountedThere) this.metrics.command(measure.group, measure.seconds);
        return;
      case 'backpressure-drop':
        if (!isCountedThere) this.metrics.drops.inc();
        return;
      case 'policy-hit':
        this.metrics.policyHits.inc({ rule: measure.rule }, measure.count);
        return this.audit.record({ event: 'policy.refused', ...GATEWAY, sessionId, rule: measure.rule });
    }
  }

  /** It ends once, whoever says so again. */
  private async markEnded(id: string, end: SessionEnd): Promise<void> {
    const patch = { state: 'ended' as const, end, progress: null, attachments: 0, endpoint: null };
    const ended = await this.directory.update(id, patch);
    if (ended === null) return;
    const { reason, exitCode } = end;
    this.audit.record({ event: 'session.ended', ...GATEWAY, sessionId: id, owner: ended.owner, reason, exitCode });
  }

  private async update(id: string, patch: SessionPatch): Promise<SessionRecord> {
    const record = await this.directory.update(id, patch);
    if (record === null) throw new AppError('session-not-found');
    return record;
  }
}

const isLive = (record: SessionRecord) => record.state !== 'ended';
const mayUse = (viewer: Viewer, record: SessionRecord) => viewer.role === 'admin' || record.owner === viewer.id;

function lowestFree(taken: (n: number) => boolean): number {
  let n = 1;
  while (taken(n)) n += 1;
  return n;
}

/** `main`, or the first of `main-2`, `main-3`, … in which no other session works. */
function freeWorkspace(live: readonly SessionRecord[]): string {
  const nameOf = (n: number) => (n === 1 ? 'main' : `main-${n}`);
  return nameOf(lowestFree((n) => live.some(({ workspace }) => workspace === nameOf(n))));
}
