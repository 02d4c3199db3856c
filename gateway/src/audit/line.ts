/** One line of the audit log, and how it is chained to the one before. Pure. */
import { createHash } from 'node:crypto';
import type { AuditEvent } from './events';
import { AUDIT_EVENTS } from './events';

/** `prev` of a line with nothing before it. */
export const NO_HASH = '0'.repeat(64);

/** Where a writer's chain is. */
export interface Chain {
  writer: string;
  /** Number of its next line. */
  seq: number;
  /** Hash of the last line, its own or, before its first, the one it found. */
  head: string;
}

/** The next line of a chain, without its end of line, and where the chain then is. `time` is ISO 8601. */
export function nextLine(chain: Chain, event: AuditEvent, time: string): { text: string; chain: Chain } {
  const { outcome } = AUDIT_EVENTS[event.event];
  const { writer, seq, head: prev } = chain;
  const fields = { type: 'audit', time, outcome, ...event, writer, seq, prev };
  const hash = hashOf(fields);
  return { text: canonical({ ...fields, hash }), chain: { writer, seq: seq + 1, head: hash } };
}

/** SHA-256 of a line's fields but `hash`, however they are ordered. */
export function hashOf({ hash: _hash, ...fields }: Record<string, unknown>): string {
  return createHash('sha256').update(canonical(fields)).digest('hex');
}

/**
 * The JSON of a value with sorted names, as RFC 8785 has it for strings, whole numbers and truths, which is all there is
 * here; except that what could steer a terminal or hide text is written as an escape.
 */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value).replace(UNSEEN, escapeOf);
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, member]) => `${canonical(name)}:${canonical(member)}`);
  return `{${members.join(',')}}`;
}

/** Control, format (direction marks among them), and line separators; C0 is JSON.stringify's. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

function escapeOf(character: string): string {
  const units = Array.from({ length: character.length }, (_, at) => character.charCodeAt(at));
  return units.map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`).join('');
}
