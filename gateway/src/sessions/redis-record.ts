import { renamedActivity } from '@claude-webui/protocol';
import type { SessionPatch, SessionRecord } from './directory';

/** A record, or part of one, as the fields of a Redis hash: name, JSON, name, JSON, … */
export function fieldsOf(record: SessionRecord | SessionPatch): string[] {
  return Object.entries(record).flatMap(([name, value]: [string, unknown]) =>
    value === undefined ? [] : [name, JSON.stringify(value)],
  );
}

/** The record that these fields are, taken at its word: where its endpoint may lead is the reader's to ask. */
export function recordOf(fields: readonly string[]): SessionRecord {
  const entries: [string, unknown][] = [];
  for (let at = 0; at + 1 < fields.length; at += 2) {
    const name = fields[at] ?? '';
    // Which gateway keeps it is the scripts' business, and not JSON.
    if (name === 'keeper') continue;
    const value: unknown = JSON.parse(fields[at + 1] ?? 'null');
    entries.push([name, name === 'activity' ? renamedActivity(value) : value]);
  }
  return Object.fromEntries(entries) as unknown as SessionRecord;
}
