import * as z from 'zod';
import { USER_ROLES } from '../auth/roles';
import { jsonIn } from '../json';
import type { Logger } from '../log';
import { keysAre, ownKey } from '../redis/foreign-keys';
import { SERVER_TIME } from '../redis/server-time';
import { channelPlace, tellIn } from '../redis/shared-channels';
import type { SharedRedis } from '../redis/shared-redis';
import type { Link, LinkStore } from './link-store';
import { unavailable } from './unavailable';

const TOPIC = 'links';
/** What this gateway remembers for a Redis that loses its data. */
const MAX_REMEMBERED = 10_000;

/** KEYS: of the session, of the link, counter; ARGV: link, ms to its end, how many there may be, channel. By Redis's own clock. */
const ADD = `
  ${keysAre('zset')}
  ${SERVER_TIME}
  redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
  if redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[3]) then return 0 end
  redis.call('ZADD', KEYS[1], now + ARGV[2], ARGV[1])
  if redis.call('PTTL', KEYS[1]) < tonumber(ARGV[2]) then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
  redis.call('SET', KEYS[2], ARGV[1], 'PX', ARGV[2])
  ${tellIn('KEYS[3]', 'ARGV[4]', 'ARGV[1]')}
  return 1`;

/** KEYS: of the session. */
const LINKS = `
  ${keysAre('zset')}
  ${SERVER_TIME}
  return redis.call('ZRANGEBYSCORE', KEYS[1], '(' .. now, '+inf')`;

interface Commands {
  addLink(...keysAndArguments: (string | number)[]): Promise<number>;
  linksOf(session: string): Promise<string[]>;
}

/** More than any of ours; what is remembered is bounded. */
const text = z.string().max(1024);
const linkSchema = z.object({
  id: text,
  sessionId: text,
  owner: text,
  maker: z.object({ id: text, role: z.enum(USER_ROLES) }),
  secretHash: text,
  createdAt: z.iso.datetime(),
  expiresAt: z.iso.datetime(),
});

/**
 * Each link under a key of its own, by the hash of its secret, so that finding one reads one key, and changes on several gateways
 * do not undo each other. A Redis that has lost its data is told again what gateways remember; who was let in no more stays so by the
 * revocations, whatever is there.
 */
export class RedisLinks implements LinkStore {
  private readonly commands: Commands;
  private readonly remembered = new Map<string, Link>();

  private constructor(
    private readonly redis: SharedRedis,
    private readonly isRevoked: (linkId: string) => boolean,
    private readonly log: Logger,
  ) {
    redis.commands.defineCommand('addLink', { numberOfKeys: 3, lua: ADD });
    redis.commands.defineCommand('linksOf', { numberOfKeys: 1, lua: LINKS });
    this.commands = redis.commands as unknown as Commands;
  }

  /** Begins to listen. Redis has to be there. */
  static async open(redis: SharedRedis, isRevoked: (linkId: string) => boolean, log: Logger): Promise<RedisLinks> {
    const links = new RedisLinks(redis, isRevoked, log);
    await redis.channels.open<Link>({
      name: TOPIC,
      schema: linkSchema,
      heard: (link) => links.remember(link),
      exchange: () => links.tellAgain(),
    });
    return links;
  }

  async add(link: Link, max: number): Promise<boolean> {
    return (await unavailable(this.write(link, max))) === 1;
  }

  async of(sessionId: string): Promise<Link[]> {
    const texts = await unavailable(this.commands.linksOf(keyOf(sessionId)));
    const links = texts.map((text) => this.read(text)).filter((link) => link !== null);
    return links.sort((one, other) => Date.parse(one.createdAt) - Date.parse(other.createdAt));
  }

  async find(secretHash: string): Promise<Link | null> {
    const { commands } = this.redis;
    const key = linkKeyOf(secretHash);
    const text = await unavailable(ownKey(commands, key, commands.get(key), null, this.log));
    return text === null ? null : this.read(text);
  }

  async remove({ id, sessionId, secretHash }: Link): Promise<void> {
    this.remembered.delete(id);
    const texts = await unavailable(this.commands.linksOf(keyOf(sessionId)));
    const gone = texts.filter((text) => this.read(text)?.id === id);
    const change = this.redis.commands.multi().del(linkKeyOf(secretHash));
    if (gone.length > 0) change.zrem(keyOf(sessionId), ...gone);
    await unavailable(change.exec());
  }

  /** 0: there are `max` already. */
  private write(link: Link, max: number): Promise<number> {
    const { sessionId, secretHash, expiresAt } = link;
    const ms = Math.max(1, Date.parse(expiresAt) - Date.now());
    const { name, counter } = channelPlace(this.redis, TOPIC);
    return this.commands.addLink(keyOf(sessionId), linkKeyOf(secretHash), counter, JSON.stringify(link), ms, max, name);
  }

  private read(text: string): Link | null {
    const link = linkSchema.safeParse(jsonIn(text)).data ?? null;
    if (link === null) this.log.warn('a share link in Redis is not as this release knows them');
    return link;
  }

  private remember(link: Link): void {
    for (const [id, { expiresAt }] of this.remembered) {
      const isOver = Date.parse(expiresAt) <= Date.now() || this.isRevoked(id);
      if (isOver || this.remembered.size >= MAX_REMEMBERED) this.remembered.delete(id);
    }
    this.remembered.set(link.id, link);
  }

  private async tellAgain(): Promise<void> {
    for (const link of this.remembered.values()) {
      if (Date.parse(link.expiresAt) <= Date.now() || this.isRevoked(link.id)) continue;
      const isThere = await this.redis.commands.exists(linkKeyOf(link.secretHash));
      if (isThere === 0) await this.write(link, Number.MAX_SAFE_INTEGER);
    }
  }
}

const keyOf = (sessionId: string) => `links:${sessionId}`;
const linkKeyOf = (secretHash: string) => `link:${secretHash}`;
