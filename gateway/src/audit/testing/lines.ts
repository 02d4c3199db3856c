import { verifyAudit } from '../verify';
import type { AuditReport, KnownHashes } from '../verify';

/** The fields of audit lines that tests look at. */
export interface ReadLine {
  event: string;
  outcome: string;
  actor: { kind: string; id?: string; name?: string; role?: string; address?: string };
  requestId?: string;
  sessionId?: string;
  reason?: string;
  rule?: string;
  workspace?: string;
  repeats?: number;
  prev: string;
  hash: string;
}

export function linesOf(text: string): ReadLine[] {
  return text
    .split('\n')
    .filter((line) => line.includes('"type":"audit"'))
    .map((line) => JSON.parse(line) as ReadLine);
}

/** The report on a text, whose places are `lines:1`, `lines:2`, … */
export function verifyText(text: string, known: Partial<KnownHashes> = {}): Promise<AuditReport> {
  // eslint-disable-next-line @typescript-eslint/require-await -- an async iterable of what is already there
  async function* lines() {
    for (const [at, line] of text.split('\n').entries()) yield { place: `lines:${at + 1}`, text: line };
  }
  return verifyAudit(lines(), { after: null, expected: null, ...known });
}
