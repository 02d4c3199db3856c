/** `claude-webui audit`: whether an audit log is whole, and what is in it. */
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { auditSchema } from '../audit/events';
import { headFileOf } from '../audit/file-sink';
import type { AuditReport, KnownHashes, PlacedLine } from '../audit/verify';
import { verifyAudit } from '../audit/verify';
import type { Command, CommandIo } from './command';

const USAGE = `Usage:
  claude-webui audit verify [--after HASH] [--expect HASH] FILE…   oldest file first; - for standard input
  claude-webui audit schema                                        JSON Schema of a line`;

/** Exit status: nothing that is here is wrong, and lines may be missing. */
const INCOMPLETE = 2;

export const runAudit: Command = async ([command, ...args], io) => {
  if (command === 'schema' && args.length === 0) {
    io.out(JSON.stringify(auditSchema(), null, 2));
    return 0;
  }
  const options = command === 'verify' ? parseVerify(args) : null;
  if (options === null) {
    io.err(USAGE);
    return 1;
  }
  try {
    const expected = options.known.expected ?? (await keptHead(options.files));
    return tell(await verifyAudit(linesIn(options.files, io), { ...options.known, expected }), io);
  } catch (error) {
    if (!isFileError(error)) throw error;
    io.err(`The audit log cannot be read: ${error.message}`);
    return 1;
  }
};

function parseVerify(args: string[]): { files: string[]; known: KnownHashes } | null {
  try {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: { after: { type: 'string' }, expect: { type: 'string' } },
    });
    const known = { after: values.after?.toLowerCase() ?? null, expected: values.expect?.toLowerCase() ?? null };
    return positionals.length === 0 ? null : { files: positionals, known };
  } catch {
    return null;
  }
}

/** The hash that the gateway keeps beside the newest file, if it is there. */
async function keptHead(files: readonly string[]): Promise<string | null> {
  const kept = await readFile(headFileOf(files.at(-1) ?? ''), 'utf8').catch(() => null);
  return kept?.trim() ?? null;
}

async function* linesIn(files: readonly string[], io: CommandIo): AsyncGenerator<PlacedLine> {
  for (const file of files) {
    const isStdin = file === '-';
    const input = isStdin ? io.stdin : createReadStream(file);
    // A reader of lines ends as if all were read when its input fails.
    const failed = once(input, 'error').then(([error]) => Promise.reject(error as Error));
    failed.catch(() => undefined);
    const reader = createInterface({ input, crlfDelay: Infinity });
    try {
      const lines = reader[Symbol.asyncIterator]();
      for (let number = 1; ; number += 1) {
        const next = await Promise.race([lines.next(), failed]);
        if (next.done === true) break;
        yield { place: `${isStdin ? 'standard input' : file}:${number}`, text: next.value };
      }
    } finally {
      reader.close();
      input.destroy();
    }
  }
}

function tell(report: AuditReport, io: CommandIo): number {
  const { lines, others, writers, from, to, head, problem, gaps, notes } = report;
  for (const note of notes) io.out(`Note: ${note}`);
  if (problem !== null) {
    io.err(`NOT OK: ${problem}`);
    return 1;
  }
  if (lines === 0) {
    io.err('NOT OK: there is not one audit line.');
    return 1;
  }
  for (const gap of gaps) io.err(`INCOMPLETE: ${gap}`);
  if (gaps.length > 0)
    io.err(
      'What is here is unchanged and in order. Lines before or after it may be missing: docs/AUDIT.md says how to tell.',
    );
  io.out(
    `${gaps.length > 0 ? 'Read' : 'OK'}: ${lines} lines from ${from ?? ''} to ${to ?? ''} (writers: ${writers}, other lines: ${others}).`,
  );
  io.out(`The last line has the hash ${head ?? ''}`);
  return gaps.length > 0 ? INCOMPLETE : 0;
}

function isFileError(error: unknown): error is NodeJS.ErrnoException {
  return typeof error === 'object' && error !== null && 'syscall' in error;
}
