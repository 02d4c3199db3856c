/** The directory's changes as scripts, each of which Redis runs whole, and by its own clock: gateways' clocks may differ. */
import type { RedisClient } from '../redis/connection';
import type { ClaimResult, SessionLimitCounts, SessionRecord } from './directory';
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

const NOW = `local time = redis.call('TIME'); local now = time[1] * 1000 + math.floor(time[2] / 1000)`;

/** ARGV: id, workspace, lease ms, index ms, made at ms, … */
const ENTER = `
  redis.call('PEXPIRE', KEYS[1], ARGV[3])
  redis.call('ZADD', KEYS[2], now + ARGV[3], ARGV[1])
  redis.call('ZADD', KEYS[3], now + ARGV[3], ARGV[1])
  redis.call('HSET', KEYS[4], ARGV[2], ARGV[1])
  redis.call('ZADD', KEYS[5], ARGV[5], ARGV[1])
  redis.call('ZADD', KEYS[6], ARGV[5], ARGV[1])
  for key = 2, 6 do redis.call('PEXPIRE', KEYS[key], ARGV[4]) end`;

/** … live in all, live of one person, channel, fields */
const CLAIM = `
  ${NOW}
  redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', now)
  redis.call('ZREMRANGEBYSCORE', KEYS[3], '-inf', now)
  if redis.call('ZCARD', KEYS[2]) >= tonumber(ARGV[6]) then return 'sessions-full' end
  if redis.call('ZCARD', KEYS[3]) >= tonumber(ARGV[7]) then return 'sessions-full-user' end
  local other = redis.call('HGET', KEYS[4], ARGV[2])
  if other and redis.call('ZSCORE', KEYS[3], other) then return 'workspace-busy' end
  redis.call('HSET', KEYS[1], unpack(ARGV, 9))
  ${ENTER}
  redis.call('PUBLISH', ARGV[8], cjson.encode(redis.call('HGETALL', KEYS[1])))
  return 'claimed'`;

/** … fields, written only where Redis has forgotten the session */
const RENEW = `
  ${NOW}
  if redis.call('EXISTS', KEYS[1]) == 0 then redis.call('HSET', KEYS[1], unpack(ARGV, 6)) end
  if redis.call('HGET', KEYS[1], 'state') == '"ended"' then return end
  ${ENTER}`;

/** ARGV: ms to keep, channel, fields. What has ended stays ended. */
const UPDATE = `
  local state = redis.call('HGET', KEYS[1], 'state')
  if not state then return nil end
  redis.call('HSET', KEYS[1], unpack(ARGV, 3))
  if state == '"ended"' then redis.call('HSET', KEYS[1], 'state', state)
  else redis.call('PEXPIRE', KEYS[1], ARGV[1]) end
  local fields = redis.call('HGETALL', KEYS[1])
  redis.call('PUBLISH', ARGV[2], cjson.encode(fields))
  return fields`;

/** ARGV: id, workspace */
const LEAVE = `
  redis.call('ZREM', KEYS[1], ARGV[1])
  redis.call('ZREM', KEYS[2], ARGV[1])
  if redis.call('HGET', KEYS[3], ARGV[2]) == ARGV[1] then redis.call('HDEL', KEYS[3], ARGV[2]) end`;

type Run<T> = (...keysAndArguments: (string | number)[]) => Promise<T>;

interface Commands {
  claimSession: Run<ClaimResult>;
  renewSession: Run<null>;
  updateSession: Run<string[] | null>;
  leaveSession: Run<null>;
}

export interface DirectoryScripts {
  claim(
    record: SessionRecord,
    place: Place,
    limits: SessionLimitCounts,
    times: Times,
    channel: string,
  ): Promise<ClaimResult>;
  /** Renews the lease, and tells Redis the record if it has forgotten it. */
  renew(record: SessionRecord, place: Place, times: Times): Promise<void>;
  /** The record after the change; null if there is none. */
  update(session: string, fields: readonly string[], keepMs: number, channel: string): Promise<SessionRecord | null>;
  /** The session counts no more. */
  leave(record: SessionRecord, place: Place): Promise<void>;
}

export interface Times {
  leaseMs: number;
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

const entry = ({ id, workspace, createdAt }: SessionRecord, { leaseMs, indexMs }: Times) => [
  id,
  workspace,
  leaseMs,
  indexMs,
  Date.parse(createdAt),
];

export function defineScripts(redis: RedisClient): DirectoryScripts {
  redis.defineCommand('claimSession', { numberOfKeys: 6, lua: CLAIM });
  redis.defineCommand('renewSession', { numberOfKeys: 6, lua: RENEW });
  redis.defineCommand('updateSession', { numberOfKeys: 1, lua: UPDATE });
  redis.defineCommand('leaveSession', { numberOfKeys: 3, lua: LEAVE });
  const commands = redis as unknown as Commands;
  return {
    claim: (record, place, { total, perUser }, times, channel) =>
      commands.claimSession(...keysOf(place), ...entry(record, times), total, perUser, channel, ...fieldsOf(record)),
    renew: async (record, place, times) => {
      await commands.renewSession(...keysOf(place), ...entry(record, times), ...fieldsOf(record));
    },
    update: async (session, fields, keepMs, channel) => {
      const changed = await commands.updateSession(session, keepMs, channel, ...fields);
      return changed === null ? null : recordOf(changed);
    },
    leave: async ({ id, workspace }, { live, own, workspaces }) => {
      await commands.leaveSession(live, own, workspaces, id, workspace);
    },
  };
}
