import { randomUUID } from 'node:crypto';
import { background } from '@claude-webui/protocol';
import type { SessionInfo, TerminalSize } from '@claude-webui/protocol';
import type { AuditTrail } from '../audit/audit';
import { AppError, PolicyRefusal } from '../errors';
import type { Logger } from '../log';
import type { Metrics } from '../metrics/metrics';
import type { Policy } from '../policy/policy';
import type { ProvenSettings } from '../policy/proven-settings';
import type { FoundSession, SessionBackend, SessionCluster } from './backend';
import type { SessionDirectory, SessionPatch, SessionRecord } from './directory';
import { END_TIMEOUT_MS, Ends } from './ends';
import { freeName, freeWorkspace } from './free-names';
import type { KeeperListener } from './keeper';
import { Keeper } from './keeper';
import { countEveryMeasure, countPolicyHits } from './measures';
import type { ModelEnvironment } from './placing';
import { Placing } from './placing';
import { recordOnce } from './record-watch';
import { takeRunnerEvent } from './runner-events';
import { assertNotOver } from './running';

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

/** A session as people may see it: without keys, places and links. */
export function sessionInfo(record: SessionRecord): SessionInfo {
  const { attachKey: _key, endpoint: _endpoint, launch: _launch, ownerName: _ownerName, ...info } = record;
  return info;
}

export interface SessionsParts {
  directory: SessionDirectory;
  backend: SessionBackend;
  /** Null where sessions end with their gateways. */
  cluster: SessionCluster | null;
  modelEnvironment: ModelEnvironment;
  policy: () => Policy;
  proven: ProvenSettings;
  metrics: Metrics;
  audit: AuditTrail;
  log: Logger;
}

/** Everything that can be done with sessions, by those who may. */
export class Sessions {
  private readonly ends: Ends;
  private readonly placing: Placing;
  private readonly keeper: Keeper;

  constructor(private readonly parts: SessionsParts) {
    const { directory, backend, cluster, metrics, audit, log, proven } = parts;
    const ends = new Ends(parts);
    const countMeasure = cluster === null ? countEveryMeasure(metrics, audit) : countPolicyHits(metrics, audit);
    this.ends = ends;
    this.placing = new Placing({ ...parts, ends }, (record) => this.keeper.keep(record));
    const listener: KeeperListener = {
      event: ({ id: sessionId }, event) => {
        const taken = takeRunnerEvent({ directory, proven, countMeasure, ends }, sessionId, event);
        background('session-event', taken, { sessionId });
      },
      count: (live) => metrics.activeSessions.set(live),
      placement: (record) => this.placing.placement(record),
      record: (found) => this.recordOf(found),
    };
    this.keeper = new Keeper(directory, backend, cluster, listener, log);
  }

  /** Claims a session and starts it; it is `starting` when this resolves. @throws AppError */
  async create(viewer: Viewer, wish: SessionWish): Promise<SessionRecord> {
    const { directory, backend, policy } = this.parts;
    if (viewer.role === 'viewer') throw new AppError('forbidden', 'Viewers may watch sessions, not start them.');
    const command = policy().command(viewer.role, wish);
    if ('rule' in command) throw new PolicyRefusal(command.rule, command.detail);
    const live = (await directory.list(viewer.id)).filter(isLive);
    const id = randomUUID();
    const launch = {
      role: viewer.role,
      command: wish.conversation === 'new' ? { ...command, newConversationOf: id } : command,
    };
    const record = this.recordOf({
      id,
      name: wish.name ?? freeName(live),
      owner: viewer.id,
      workspace: wish.workspace ?? freeWorkspace(live),
      createdAt: new Date().toISOString(),
      launch,
      ...(viewer.name === undefined ? {} : { ownerName: viewer.name }),
    });
    const result = await directory.claim(record, backend.limits);
    // Another of the same person's took the name that was free a moment ago; the limits bound how often.
    if (result === 'workspace-busy' && wish.workspace === undefined) return this.create(viewer, wish);
    if (result !== 'claimed') throw new AppError(result);
    this.placing.begin(record, wish.size);
    return record;
  }

  /** Newest first; everybody's, if an administrator wants `all`. */
  list(viewer: Viewer, all: boolean): Promise<SessionRecord[]> {
    return this.parts.directory.list(all && viewer.role === 'admin' ? undefined : viewer.id);
  }

  /** @throws AppError session-not-found, also for other people's sessions: nobody learns that they exist */
  async get(viewer: Viewer, id: string): Promise<SessionRecord> {
    const record = await this.parts.directory.get(id);
    if (record === null || !mayUse(viewer, record)) throw new AppError('session-not-found');
    return record;
  }

  /** The viewer's newest session that nobody is attached to. */
  async newestDetached(viewer: Viewer): Promise<SessionRecord | null> {
    const own = await this.parts.directory.list(viewer.id);
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
    await this.ends.end(record, 'terminated');
    // Another gateway may be placing it, and can only be told when it has.
    const settled = await this.settled(id, AbortSignal.timeout(END_TIMEOUT_MS));
    if (isLive(settled)) await this.ends.end(settled, 'terminated');
  }

  /** Sessions that this gateway vouches for. */
  get kept(): SessionRecord[] {
    return this.keeper.records;
  }

  /** @throws Error where sessions cannot be suspended */
  async suspend(id: string): Promise<void> {
    const { cluster } = this.parts;
    if (cluster === null) throw new Error('Sessions on this machine cannot be suspended.');
    await cluster.suspend(id);
  }

  /** Brings a suspended session back. */
  async resume(id: string): Promise<void> {
    await this.parts.cluster?.resume(id);
  }

  /** The session once it can be attached to, or ended before it could; `told` hears of what it waits for. @throws AppError session-not-found */
  settled(id: string, signal: AbortSignal, told?: (record: SessionRecord) => void): Promise<SessionRecord> {
    const isSettled = (record: SessionRecord) => {
      if (record.state === 'starting') told?.(record);
      return record.state !== 'starting';
    };
    return recordOnce(this.parts.directory, id, isSettled, signal);
  }

  subscribe(listener: (record: SessionRecord) => void): () => void {
    return this.parts.directory.subscribe(listener);
  }

  /** Leaves the sessions to other gateways, or ends them if there are none. */
  async close(fate: 'leave' | 'end'): Promise<void> {
    const { directory, cluster } = this.parts;
    if (fate === 'end') this.placing.abandon();
    else await cluster?.close();
    await this.placing.idle();
    const kept = this.keeper.records;
    if (fate === 'end') await Promise.allSettled(kept.map((record) => this.ends.end(record, 'server-stopping')));
    this.keeper.close();
    if (fate === 'leave') await directory.release().catch(() => undefined);
    await directory.close();
    await cluster?.close();
  }

  /** A new record of a session that is being started. */
  private recordOf(found: FoundSession): SessionRecord {
    return {
      ...found,
      ...this.parts.backend.terms(found.id),
      state: 'starting',
      activity: 'starting',
      attachments: 0,
      lastActivityAt: found.createdAt,
      endpoint: null,
    };
  }

  private async update(id: string, patch: SessionPatch): Promise<SessionRecord> {
    const record = await this.parts.directory.update(id, patch);
    if (record === null) throw new AppError('session-not-found');
    return record;
  }
}

const isLive = (record: SessionRecord) => record.state !== 'ended';
const mayUse = (viewer: Viewer, record: SessionRecord) => viewer.role === 'admin' || record.owner === viewer.id;
