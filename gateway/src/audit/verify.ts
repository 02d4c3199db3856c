/** Whether audit lines are all there, unchanged and in order. Pure: lines in, a report out. */
import * as z from 'zod';
import { forgetOldest } from '../limits/forget-oldest';
import { chainFields } from './events';
import { NO_HASH, hashOf } from './line';

/** Writers whose end has not been seen, and hashes that a new writer may follow. Above it the oldest are forgotten. */
const MAX_REMEMBERED = 10_000;

/** What was found in a number of files or streams, read as one. */
export interface AuditReport {
  /** Audit lines that hold, up to the problem. */
  lines: number;
  /** Lines of other logs between them. */
  others: number;
  writers: number;
  /** Times of the first and the last line, ISO 8601; null without any. */
  from: string | null;
  to: string | null;
  /** Hash of the last line. */
  head: string | null;
  /** The first thing that is wrong; null: nothing is. */
  problem: string | null;
  /** Where lines may be missing that nothing here can vouch for: a beginning or an end. With any, the log is not known to be whole. */
  gaps: string[];
  /** What is worth knowing and not wrong. */
  notes: string[];
}

/** A line and where it stands. */
export interface PlacedLine {
  /** Such as `audit.jsonl:17`. */
  place: string;
  text: string;
}

const auditLine = z.looseObject({
  type: z.literal('audit'),
  event: z.string(),
  time: z.string(),
  torn: z.boolean().optional(),
  ...chainFields,
});
type AuditLine = z.infer<typeof auditLine>;

/** What is known of a log from elsewhere, such as the gateway's own log (`audit head`). SHA-256, lower-case hexadecimal. */
export interface KnownHashes {
  /** Hash of the line before the first: of the last line of the files before these. */
  after: string | null;
  /** Hash of a line that has to be here, the newest that is known. Nobody vouches for what follows it. */
  expected: string | null;
}

/** Reads lines until one is wrong. */
export async function verifyAudit(
  lines: AsyncIterable<PlacedLine>,
  known: KnownHashes = { after: null, expected: null },
): Promise<AuditReport> {
  const verification = new Verification(known);
  for await (const { place, text } of lines) {
    verification.take(place, readLine(text));
    if (verification.report.problem !== null) break;
  }
  return verification.finish();
}

/** What a line is by itself, whatever stands around it. */
export type LineOfLog = AuditLine | 'blank' | 'torn' | 'malformed' | 'changed' | 'other';

export function readLine(text: string): LineOfLog {
  if (text.trim() === '') return 'blank';
  const line = parse(text);
  return typeof line === 'object' && hashOf(line) !== line.hash ? 'changed' : line;
}

/** Follows the chains from line to line. A line costs the same however many have been before it. */
export class Verification {
  readonly report: AuditReport = {
    lines: 0,
    others: 0,
    writers: 0,
    from: null,
    to: null,
    head: null,
    problem: null,
    gaps: [],
    notes: [],
  };
  /** Writers whose closing line has not been read. */
  private readonly open = new Map<string, { seq: number; hash: string }>();
  /** Hash of its last line → writer. */
  private readonly openByHash = new Map<string, string>();
  private readonly seen = new Set<string>();
  /** Place of half a line, until the next whole one says what became of it. */
  private torn: string | null = null;
  private startsInside = false;
  private foundExpected = false;

  constructor(private readonly known: KnownHashes) {}

  take(place: string, line: LineOfLog): void {
    if (typeof line === 'object') {
      const problem = this.problemOf(line);
      return problem === null ? this.accept(place, line) : this.fail(place, problem);
    }
    switch (line) {
      case 'blank':
        return;
      case 'other':
        this.report.others += 1;
        return;
      case 'torn':
        if (this.torn === null) this.torn = place;
        else this.fail(this.torn, TORN);
        return;
      case 'malformed':
        return this.fail(place, 'is an audit line with no place in a chain. It was changed.');
      case 'changed':
        return this.fail(place, 'was changed: its hash is not that of its content.');
    }
  }

  finish(): AuditReport {
    const { report } = this;
    if (this.torn !== null) this.fail(this.torn, TORN);
    const { expected } = this.known;
    if (expected !== null && !this.foundExpected)
      report.problem ??= `No line has the hash ${expected}. The end is missing, or these are other files.`;
    for (const [writer, { seq }] of this.open) {
      const open = `Writer ${writer} has no closing line after line ${seq}: it runs, was killed, or its end was cut off.`;
      if (expected === null) add(report.gaps, open);
      else add(report.notes, open);
    }
    return report;
  }

  private problemOf(line: AuditLine): string | null {
    const { writer, seq, prev } = line;
    const before = this.open.get(writer);
    if (before === undefined) return this.problemOfFirst(line);
    const missing = seq - before.seq - 1;
    if (missing > 0) return `does not follow: ${missing} line${missing === 1 ? ' is' : 's are'} missing before it.`;
    if (missing < 0) return 'is out of order, or there twice.';
    return prev === before.hash ? null : 'does not follow: the line before it was replaced.';
  }

  private problemOfFirst({ seq, prev }: AuditLine): string | null {
    const isFirst = this.report.lines === 0;
    if (seq > 0) {
      if (isFirst) this.startsInside = true;
      return this.startsInside ? null : `does not follow: ${seq} lines of its writer are missing before it.`;
    }
    if (isFirst || prev === NO_HASH || this.seen.has(prev)) return null;
    return 'does not follow: the end of the writer before it is missing.';
  }

  private accept(place: string, line: AuditLine): void {
    const { report } = this;
    const { writer, seq, prev, hash, event, time } = line;
    if (this.torn !== null) {
      if (event !== 'audit.opened' || line.torn !== true) return this.fail(this.torn, TORN);
      add(
        report.notes,
        `${this.torn} is half a line: its writer was killed, or the disk was full. The next one has noticed.`,
      );
      this.torn = null;
    }
    if (!this.open.has(writer)) {
      report.writers += 1;
      const gap = this.gapBefore(place, line);
      if (gap !== null) add(report.gaps, gap);
      this.vouchFor(prev);
    }
    report.lines += 1;
    report.from ??= time;
    report.to = time;
    report.head = hash;
    if (hash === this.known.expected) this.foundExpected = true;
    remember(this.seen, hash);
    this.close(writer);
    if (event === 'audit.closed') return;
    this.open.set(writer, { seq, hash });
    this.openByHash.set(hash, writer);
    forgetOldest(this.open, MAX_REMEMBERED);
    forgetOldest(this.openByHash, MAX_REMEMBERED);
  }

  private close(writer: string): void {
    const { hash } = this.open.get(writer) ?? {};
    if (hash !== undefined) this.openByHash.delete(hash);
    this.open.delete(writer);
  }

  private fail(place: string, what: string): void {
    this.report.problem ??= `${place} ${what}`;
  }

  /** What may be missing before a writer's first line that is here. */
  private gapBefore(place: string, { seq, prev }: AuditLine): string | null {
    if (prev === this.known.after) return null;
    if (seq > 0) return `${place} begins inside a chain: ${seq} earlier lines of its writer are not in these files.`;
    const follows = prev === NO_HASH || this.seen.has(prev);
    return follows ? null : `${place} follows a line that is not in these files.`;
  }

  /** A new writer names the line that it found at the end: if that is the last of a killed writer, nothing of that one is missing. */
  private vouchFor(prev: string): void {
    const writer = this.openByHash.get(prev);
    const last = writer === undefined ? undefined : this.open.get(writer);
    if (writer === undefined || last === undefined) return;
    this.close(writer);
    add(this.report.notes, `Writer ${writer} was killed after line ${last.seq}; the next writer has found its end.`);
  }
}

/** Adds a remark, up to a hundred. */
function add(remarks: string[], text: string): void {
  if (remarks.length < 100) remarks.push(text);
}

const TORN =
  'is half a line, and no start of a server says so. Its writer was killed in mid-write, or the line was cut.';

function parse(text: string): AuditLine | 'torn' | 'malformed' | 'other' {
  try {
    const value: unknown = JSON.parse(text);
    const isAudit = typeof value === 'object' && value !== null && 'type' in value && value.type === 'audit';
    return isAudit ? (auditLine.safeParse(value).data ?? 'malformed') : 'other';
  } catch {
    // What a program says beside its log is not JSON; half of a line of ours still begins as one.
    return text.startsWith('{') ? 'torn' : 'other';
  }
}

function remember(seen: Set<string>, hash: string): void {
  seen.add(hash);
  forgetOldest(seen, MAX_REMEMBERED);
}
