import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { background } from '@claude-webui/protocol';
import * as z from 'zod';
import type { Logger } from '../log';
import type { ChannelPlace } from '../redis/shared-channels';
import { isRefused, isWrongType, ownKey } from '../redis/foreign-keys';
import { channelPlace } from '../redis/shared-channels';
import type { SharedRedis } from '../redis/shared-redis';
import type { ClaimResult, SessionDirectory, SessionLimitCounts, SessionPatch, SessionRecord } from './directory';
import { defineScripts } from './redis-directory-scripts';
import type { DirectoryScripts, Place, Times } from './redis-directory-scripts';
import { recordOf } from './redis-record';
import { isRunnerEndpoint } from './runner-endpoint';
import { away, unavailable } from './unavailable';

/** People come back to learn why a session ended; after this long they do not. Milliseconds. */
const KEEP_ENDED_MS = 60 * 60_000;
/** How long sessions live in the directory by themselves, in milliseconds. */
const TIMES: Times & { renewMs: number } = {
  // One that nobody can take over is forgotten then.
  leaseMs: 60_000,
  unkeptMs: 15_000,
  renewMs: 5000,
  indexMs: KEEP_ENDED_MS + 60_000,
};
const TOPIC = 'sessions:changed';

/**
 * The directory that all gateways share. Each session has a lease, renewed by the gateway that keeps it: the one that claimed it, or
 * that adopted it when the other had gone. Counting and claiming are one script, by Redis's own clock.
 */
export class RedisDirectory implements SessionDirectory {
  private readonly scripts: DirectoryScripts;
  private readonly leaseMs: number;
  private readonly listeners = new Set<(record: SessionRecord) => void>();
  private readonly lostListeners = new Set<(id: string) => void>();
  /** Sessions that this gateway vouches for, as it last knew them: what Redis is told again when it has forgotten. */
  private readonly held = new Map<string, SessionRecord>();
  /** What has changed while Redis was away. Bounded by the sessions that there were, for none begin then. */
  private readonly untold = new Map<string, SessionPatch>();
  private readonly renewal: NodeJS.Timeout;
  private readonly channel: ChannelPlace;

  private constructor(
    private readonly redis: SharedRedis,
    private readonly log: Logger,
    times: Times & { renewMs: number },
  ) {
    this.leaseMs = times.leaseMs;
    this.scripts = defineScripts(redis.commands, randomUUID(), times);
    this.channel = channelPlace(redis, TOPIC);
    this.renewal = setInterval(this.renewSoon, times.renewMs);
  }

  /** Begins to listen. Redis has to be there. */
  static async open(redis: SharedRedis, log: Logger, times = TIMES): Promise<RedisDirectory> {
    const directory = new RedisDirectory(redis, log, times);
    await redis.channels.open({
      name: TOPIC,
      schema: z.array(z.string()),
      heard: (fields) => {
        const record = directory.read(fields);
        if (record !== null) directory.heard(record);
      },
      exchange: () => directory.exchange(),
    });
    return directory;
  }

  async claim(record: SessionRecord, limits: SessionLimitCounts): Promise<ClaimResult> {
    // Held first: the script's own word of the new session finds it known.
    this.held.set(record.id, record);
    const result = await unavailable(this.scripts.claim(record, placeOf(record), limits, this.channel)).catch(
      (error: unknown) => {
        this.held.delete(record.id);
        throw error;
      },
    );
    if (result !== 'claimed') this.held.delete(record.id);
    return result;
  }

  async restore(record: SessionRecord): Promise<boolean> {
    // Held first: the script's own word of the session finds it known.
    if (this.held.has(record.id)) return false;
    this.held.set(record.id, record);
    const isOurs = await unavailable(this.scripts.restore(record, placeOf(record), this.channel)).catch(() => false);
    if (!isOurs) this.held.delete(record.id);
    return isOurs;
  }

  async get(id: string): Promise<SessionRecord | null> {
    return this.read(await this.fields(id));
  }

  async list(owner?: string): Promise<SessionRecord[]> {
    const index = owner === undefined ? 'ids' : `ids:${owner}`;
    const { commands } = this.redis;
    const ids = await unavailable(ownKey(commands, index, commands.zrevrange(index, 0, -1), [], this.log));
    const found = await unavailable(Promise.all(ids.map((id) => this.fieldsOrNull(id))));
    // One that cannot be read is another release's, and not gone.
    const gone = ids.filter((_id, at) => found[at]?.length === 0);
    if (gone.length > 0) await unavailable(this.redis.commands.zrem(index, ...gone));
    return found.map((fields) => (fields === null ? null : this.read(fields))).filter((record) => record !== null);
  }

  private async fields(id: string): Promise<string[]> {
    return unavailable(this.fieldsInRedis(id));
  }

  private async fieldsInRedis(id: string): Promise<string[]> {
    return Object.entries(await this.redis.commands.hgetall(keyOf(id))).flat();
  }

  /** Null where no record can be: who keeps the session writes it again. */
  private async fieldsOrNull(id: string): Promise<string[] | null> {
    try {
      return await this.fieldsInRedis(id);
    } catch (error) {
      if (isWrongType(error)) return null;
      throw error;
    }
  }

  /** While Redis is away, what this gateway vouches for goes on changing here, and is told when it is back. */
  async update(id: string, patch: SessionPatch): Promise<SessionRecord | null> {
    const whole = { ...this.untold.get(id), ...patch };
    try {
      const record = await this.tell(id, whole);
      if (record !== null || !this.held.has(id)) return record;
    } catch (error) {
      if (!this.held.has(id)) throw away();
      this.untold.set(id, whole);
      this.log.debug({ err: error, sessionId: id }, 'a change of a session waits for Redis');
    }
    const held = this.held.get(id);
    if (held === undefined) return null;
    const changed = { ...held, ...patch };
    this.changed(changed);
    return changed;
  }

  private async tell(id: string, patch: SessionPatch): Promise<SessionRecord | null> {
    const ends = patch.state === 'ended';
    const record = await this.scripts.update(keyOf(id), patch, ends ? KEEP_ENDED_MS : this.leaseMs, this.channel);
    this.untold.delete(id);
    if (record !== null && this.held.has(id)) this.held.set(id, record);
    if (record !== null && ends) {
      this.held.delete(id);
      await this.scripts.leave(record, placeOf(record));
    }
    return record;
  }

  async orphans(): Promise<SessionRecord[]> {
    const ids = await unavailable(this.scripts.orphans('live'));
    const records = await Promise.all(ids.filter((id) => !this.held.has(id)).map((id) => this.get(id)));
    return records.filter((record) => record !== null);
  }

  async adopt(record: SessionRecord): Promise<boolean> {
    const isOurs = await unavailable(this.scripts.adopt(record, placeOf(record)));
    if (isOurs) this.held.set(record.id, record);
    return isOurs;
  }

  async release(): Promise<void> {
    const held = [...this.held.values()];
    this.held.clear();
    await unavailable(Promise.all(held.map((record) => this.scripts.release(record, placeOf(record)))));
  }

  subscribeLost(listener: (id: string) => void): () => void {
    this.lostListeners.add(listener);
    return () => this.lostListeners.delete(listener);
  }

  subscribe(listener: (record: SessionRecord) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  close(): Promise<void> {
    clearInterval(this.renewal);
    this.listeners.clear();
    return Promise.resolve();
  }

  /** A record whose endpoint is no runner's leads nowhere. */
  private read(fields: readonly string[]): SessionRecord | null {
    const record = recordOf(fields);
    if (record === null) {
      if (fields.length > 0) this.log.warn('the record of a session is not as this release knows them');
      return null;
    }
    if (record.endpoint === null || isRunnerEndpoint(record.endpoint, record.id)) return record;
    this.log.error({ sessionId: record.id }, 'the endpoint of a session in Redis is not one of a session-runner');
    return { ...record, endpoint: null };
  }

  private readonly renewSoon = () => {
    this.renew().catch((error: unknown) => {
      this.log.warn({ err: error }, 'session leases not renewed: Redis is away');
    });
  };

  /** Tells Redis again what lives, which it may have lost, and everybody here what they may have missed. */
  private async exchange(): Promise<void> {
    await this.renew();
    // What changes while it is read is told by itself, and is newer.
    const changed = new Set<string>();
    const unsubscribe = this.subscribe(({ id }) => changed.add(id));
    try {
      for (const record of await this.list()) if (!changed.has(record.id)) this.changed(record);
    } finally {
      unsubscribe();
    }
  }

  /**
   * A message tells of a change. What this gateway writes back after a loss of Redis is never taken from a message, which may be late, or
   * anybody's, but from what Redis has.
   */
  private heard(record: SessionRecord): void {
    const { id } = record;
    const held = this.held.get(id);
    if (held === undefined || isDeepStrictEqual(held, record)) return this.changed(record);
    const read = this.fieldsOrNull(id).then((fields) => {
      const known = fields === null ? null : this.read(fields);
      if (known !== null) this.changed({ ...known, ...this.untold.get(id) });
    });
    background('directory-event', read, { sessionId: id });
  }

  private changed(record: SessionRecord): void {
    if (this.held.has(record.id)) this.held.set(record.id, record);
    if (record.state === 'ended') this.held.delete(record.id);
    for (const listener of this.listeners) listener(record);
  }

  /** @throws Error when Redis is away */
  private async renew(): Promise<void> {
    for (const record of this.held.values())
      await this.alone(record.id, async () => {
        if (!(await this.scripts.renew(record, placeOf(record)))) this.lost(record.id);
      });
    for (const [id, patch] of this.untold) await this.alone(id, () => this.tell(id, patch));
  }

  /** What Redis refuses for one session is not the others' concern. */
  private async alone(sessionId: string, renew: () => Promise<unknown>): Promise<void> {
    try {
      await renew();
    } catch (error) {
      if (!isRefused(error)) throw error;
      this.log.error({ sessionId, err: error }, 'Redis does not take what it is told of a session');
    }
  }

  /** This gateway was away for too long, and another has taken the session over. */
  private lost(id: string): void {
    this.held.delete(id);
    this.untold.delete(id);
    for (const listener of this.lostListeners) listener(id);
  }
}

const keyOf = (id: string) => `session:${id}`;

function placeOf({ id, owner }: SessionRecord): Place {
  return {
    session: keyOf(id),
    live: 'live',
    own: `live:${owner}`,
    workspaces: `workspaces:${owner}`,
    ids: 'ids',
    ownIds: `ids:${owner}`,
  };
}
