import { ACTIVITIES, SESSION_END_REASONS, SESSION_PROGRESS_CODES, renamedActivity } from '@claude-webui/protocol';
import * as z from 'zod';
import { USER_ROLES } from '../auth/roles';
import { jsonIn } from '../json';
import type { SessionPatch, SessionRecord } from './directory';

const end = z.object({
  reason: z.enum(SESSION_END_REASONS),
  exitCode: z.int().nullable(),
  detail: z.string().exactOptional(),
});
const progress = z.object({ code: z.enum(SESSION_PROGRESS_CODES), detail: z.string().exactOptional() });
const launch = z.object({
  role: z.enum(USER_ROLES),
  command: z.object({
    program: z.string().nullable(),
    args: z.array(z.string()),
    newConversationOf: z.string().exactOptional(),
  }),
});

/**
 * A record as a gateway of this or another release has written it. A word that only a later one knows is replaced by the least that it
 * can mean where that is harmless; what else differs makes it no record.
 */
const fields = {
  id: z.string(),
  name: z.string(),
  owner: z.string(),
  workspace: z.string(),
  workspaceKept: z.boolean().exactOptional(),
  state: z.enum(['starting', 'ready', 'ended']),
  progress: progress.nullable().catch(null).exactOptional(),
  activity: z.preprocess(renamedActivity, z.enum(ACTIVITIES).catch('working')),
  attachments: z.int().min(0),
  createdAt: z.iso.datetime(),
  lastActivityAt: z.iso.datetime(),
  end: end.catch({ reason: 'terminated', exitCode: null }).exactOptional(),
  endpoint: z.string().nullable(),
  attachKey: z.string(),
  ownerName: z.string().exactOptional(),
  launch: launch.exactOptional(),
} satisfies Record<keyof SessionRecord, z.ZodType>;
const sessionRecord = z.object(fields);

/** Gateways of earlier releases look for links in every record. Links have keys of their own now. */
const NO_SHARES = { shares: [] };

/** A record, or part of one, as the fields of a Redis hash: name, JSON, name, JSON, … */
export function fieldsOf(record: SessionRecord | SessionPatch): string[] {
  return Object.entries('id' in record ? { ...record, ...NO_SHARES } : record).flatMap(
    ([name, value]: [string, unknown]) => (value === undefined ? [] : [name, JSON.stringify(value)]),
  );
}

/** The record that these fields are, or null. Where its endpoint may lead is the reader's to ask. */
export function recordOf(hash: readonly string[]): SessionRecord | null {
  const values: Record<string, unknown> = {};
  for (let at = 0; at + 1 < hash.length; at += 2) {
    const name = hash[at] ?? '';
    // Of other fields, such as which gateway keeps it, not all are JSON.
    if (Object.hasOwn(fields, name)) values[name] = jsonIn(hash[at + 1] ?? '');
  }
  return sessionRecord.safeParse(values).data ?? null;
}
