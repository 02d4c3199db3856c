/** The directory's changes as scripts, each of which Redis runs whole, and by its own clock: gateways' clocks may differ. */
import type { RedisClient } from '../redis/connection';
import { keysAre } from '../redis/foreign-keys';
import { SERVER_TIME } from '../redis/server-time';
import type { ChannelPlace } from '../redis/shared-channels';
import { tellIn } from '../redis/shared-channels';
import type { ClaimResult, SessionLimitCounts, SessionPatch, SessionRecord } from './directory';
import { fieldsOf, recordOf } from './redis-record';

/** Keys that say where a session is in the directory. */
export interface Place {
  /** Hash: the record. */
  session: string;
  /** Sorted sets of session ids by the end of their lease: all, and the owner's. */
  live: string;
  own: string;
  /** Hash: the owner's workspaces, and who is in each. */
  workspaces: string;
  /** Sorted sets of session ids by the time they were made, ended ones too: all, and the owner's. */
  ids: string;
  ownIds: string;
}

const PLACE_KEYS = keysAre('hash', 'zset', 'zset', 'hash', 'zset', 'zset');

/** ARGV: id, workspace, lease ms, index ms, made at ms, gateway, … */
const ENTER = `
  redis.call('HSET', KEYS[1], 'keeper', ARGV[6])
  redis.call('PEXPIRE', KEYS[1], ARGV[3])
  redis.call('ZADD', KEYS[2], now + ARGV[3], ARGV[1])
  redis.call('ZADD', KEYS[3], now + ARGV[3], ARGV[1])
  redis.call('HSET', KEYS[4], ARGV[2], ARGV[1])
  redis.call('ZADD', KEYS[5], ARGV[5], ARGV[1])
  redis.call('ZADD', KEYS[6], ARGV[5], ARGV[1])
  for key = 2, 6 do redis.call('PEXPIRE', KEYS[key], ARGV[4]) end`;

/** … live in all, live of one person, channel, fields */
const CLAIM = `
  ${PLACE_KEYS}
  ${SERVER_TIME}
  redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', now)
  redis.call('ZREMRANGEBYSCORE', KEYS[3], '-inf', now)
  if redis.call('ZCARD', KEYS[2]) >= tonumber(ARGV[7]) then return 'sessions-full' end
  if redis.call('ZCARD', KEYS[3]) >= tonumber(ARGV[8]) then return 'sessions-full-user' end
  local other = redis.call('HGET', KEYS[4], ARGV[2])
  if other and redis.call('ZSCORE', KEYS[3], other) then return 'workspace-busy' end
  redis.call('HSET', KEYS[1], unpack(ARGV, 10))
  ${ENTER}
  ${tellIn('KEYS[7]', 'ARGV[9]', "cjson.encode(redis.call('HGETALL', KEYS[1]))")}
  return 'claimed'`;

/** … channel, fields. 0: Redis knows it, ended or not. */
const RESTORE = `
  ${PLACE_KEYS}
  ${SERVER_TIME}
  if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
  redis.call('HSET', KEYS[1], unpack(ARGV, 8))
  ${ENTER}
  ${tellIn('KEYS[7]', 'ARGV[7]', "cjson.encode(redis.call('HGETALL', KEYS[1]))")}
  return 1`;

/** … fields, written only where Redis has forgotten the session. 0: another gateway keeps it now. */
const RENEW = `
  ${PLACE_KEYS}
  ${SERVER_TIME}
  local keeper = redis.call('HGET', KEYS[1], 'keeper')
  if keeper and keeper ~= ARGV[6] then return 0 end
  if not keeper then redis.call('HSET', KEYS[1], unpack(ARGV, 7)) end
  if redis.call('HGET', KEYS[1], 'state') == '"ended"' then return 1 end
  ${ENTER}
  return 1`;

/** KEYS: live; ARGV: lease ms, unkept ms. Ids of sessions whose lease was not renewed for so long, but has not ended. */
const ORPHANS = `
  ${keysAre('zset')}
  ${SERVER_TIME}
  return redis.call('ZRANGEBYSCORE', KEYS[1], '(' .. now, now + ARGV[1] - ARGV[2], 'LIMIT', 0, 100)`;

/** … unkept ms. 0: somebody keeps it, or it is no more. */
const ADOPT = `
  ${PLACE_KEYS}
  ${SERVER_TIME}
  local lease = redis.call('ZSCORE', KEYS[2], ARGV[1])
  if not lease or tonumber(lease) > now + ARGV[3] - ARGV[7] then return 0 end
  if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
  ${ENTER}
  return 1`;

/** KEYS: session, live, own; ARGV: id, gateway, lease ms, unkept ms. From now on it is an orphan. */
const RELEASE = `
  ${keysAre('hash', 'zset', 'zset')}
  ${SERVER_TIME}
  if redis.call('HGET', KEYS[1], 'keeper') ~= ARGV[2] then return end
  redis.call('ZADD', KEYS[2], 'XX', now + ARGV[3] - ARGV[4], ARGV[1])
  redis.call('ZADD', KEYS[3], 'XX', now + ARGV[3] - ARGV[4], ARGV[1])`;

/** ARGV: ms to keep, channel, 1 to end it, fields. What has ended stays ended, and ends once. */
const UPDATE = `
  ${keysAre('hash')}
  local state = redis.call('HGET', KEYS[1], 'state')
  if not state or (state == '"ended"' and ARGV[3] == '1') then return nil end
  redis.call('HSET', KEYS[1], unpack(ARGV, 4))
  if state == '"ended"' then redis.call('HSET', KEYS[1], 'state', state)
  else redis.call('PEXPIRE', KEYS[1], ARGV[1]) end
  local fields = redis.call('HGETALL', KEYS[1])
  ${tellIn('KEYS[2]', 'ARGV[2]', 'cjson.encode(fields)')}
  return fields`;

/** ARGV: id, workspace */
const LEAVE = `
  ${keysAre('zset', 'zset', 'hash')}
  redis.call('ZREM', KEYS[1], ARGV[1])
  redis.call('ZREM', KEYS[2], ARGV[1])
  if redis.call('HGET', KEYS[3], ARGV[2]) == ARGV[1] then redis.call('HDEL', KEYS[3], ARGV[2]) end`;

type Run<T> = (...keysAndArguments: (string | number)[]) => Promise<T>;

interface Commands {
  claimSession: Run<ClaimResult>;
  restoreSession: Run<number>;
  renewSession: Run<number>;
  orphanedSessions: Run<string[]>;
  adoptSession: Run<number>;
  releaseSession: Run<null>;
  updateSession: Run<string[] | null>;
  leaveSession: Run<null>;
}

export interface DirectoryScripts {
  claim(record: SessionRecord, place: Place, limits: SessionLimitCounts, channel: ChannelPlace): Promise<ClaimResult>;
  /** False: Redis knows the session. */
  restore(record: SessionRecord, place: Place, channel: ChannelPlace): Promise<boolean>;
  /** Renews the lease, and tells Redis the record if it has forgotten it. False: another gateway keeps the session. */
  renew(record: SessionRecord, place: Place): Promise<boolean>;
  /** Ids of live sessions that no gateway keeps. */
  orphans(live: string): Promise<string[]>;
  adopt(record: SessionRecord, place: Place): Promise<boolean>;
  release(record: SessionRecord, place: Place): Promise<void>;
  /** The record after the change; null if there is none, or if it is to be ended and has ended already. */
  update(session: string, patch: SessionPatch, keepMs: number, channel: ChannelPlace): Promise<SessionRecord | null>;
  /** The session counts no more. */
  leave(record: SessionRecord, place: Place): Promise<void>;
}

export interface Times {
  leaseMs: number;
  /** A session whose lease was not renewed for so long is an orphan. */
  unkeptMs: number;
  /** Lifetime of the sets and hashes that sessions are found by. */
  indexMs: number;
}

const keysOf = ({ session, live, own, workspaces, ids, ownIds }: Place) => [
  session,
  live,
  own,
  workspaces,
  ids,
  ownIds,
];

/** The scripts as this gateway runs them. */
export function defineScripts(redis: RedisClient, gateway: string, times: Times): DirectoryScripts {
  redis.defineCommand('claimSession', { numberOfKeys: 7, lua: CLAIM });
  redis.defineCommand('restoreSession', { numberOfKeys: 7, lua: RESTORE });
  redis.defineCommand('renewSession', { numberOfKeys: 6, lua: RENEW });
  redis.defineCommand('orphanedSessions', { numberOfKeys: 1, lua: ORPHANS });
  redis.defineCommand('adoptSession', { numberOfKeys: 6, lua: ADOPT });
  redis.defineCommand('releaseSession', { numberOfKeys: 3, lua: RELEASE });
  redis.defineCommand('updateSession', { numberOfKeys: 2, lua: UPDATE });
  redis.defineCommand('leaveSession', { numberOfKeys: 3, lua: LEAVE });
  const commands = redis as unknown as Commands;
  const { leaseMs, unkeptMs, indexMs } = times;
  const entry = ({ id, workspace, createdAt }: SessionRecord) => [
    id,
    workspace,
    leaseMs,
    indexMs,
    Date.parse(createdAt),
    gateway,
  ];
  return {
    claim: (record, place, { total, perUser }, channel) =>
      commands.claimSession(
        ...keysOf(place),
        channel.counter,
        ...entry(record),
        total,
        perUser,
        channel.name,
        ...fieldsOf(record),
      ),
    restore: async (record, place, channel) =>
      (await commands.restoreSession(
        ...keysOf(place),
        channel.counter,
        ...entry(record),
        channel.name,
        ...fieldsOf(record),
      )) === 1,
    renew: async (record, place) =>
      (await commands.renewSession(...keysOf(place), ...entry(record), ...fieldsOf(record))) === 1,
    orphans: (live) => commands.orphanedSessions(live, leaseMs, unkeptMs),
    adopt: async (record, place) => (await commands.adoptSession(...keysOf(place), ...entry(record), unkeptMs)) === 1,
    release: async (record, { session, live, own }) => {
      await commands.releaseSession(session, live, own, record.id, gateway, leaseMs, unkeptMs);
    },
    update: async (session, patch, keepMs, channel) => {
      const ends = patch.state === 'ended' ? 1 : 0;
      const changed = await commands.updateSession(
        session,
        channel.counter,
        keepMs,
        channel.name,
        ends,
        ...fieldsOf(patch),
      );
      return changed === null ? null : recordOf(changed);
    },
    leave: async ({ id, workspace }, { live, own, workspaces }) => {
      await commands.leaveSession(live, own, workspaces, id, workspace);
    },
  };
}
