/** `claude-webui audit`: whether an audit log is whole, and what is in it. */
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { auditSchema } from '../audit/events';
import type { AuditReport, PlacedLine } from '../audit/verify';
import { verifyAudit } from '../audit/verify';
import type { Command, CommandIo } from './command';

const USAGE = `Usage:
  claude-webui audit verify [--expect HASH] FILE…   oldest file first; - for standard input
  claude-webui audit schema                         JSON Schema of a line`;

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
    return tell(await verifyAudit(linesIn(options.files, io), options.expected), io);
  } catch (error) {
    if (!isFileError(error)) throw error;
    io.err(`The audit log cannot be read: ${error.message}`);
    return 1;
  }
};

function parseVerify(args: string[]): { files: string[]; expected: string | null } | null {
  try {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: { expect: { type: 'string' } },
    });
    return positionals.length === 0 ? null : { files: positionals, expected: values.expect?.toLowerCase() ?? null };
  } catch {
    return null;
  }
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
  const { lines, others, writers, from, to, head, problem, notes } = report;
  for (const note of notes) io.out(`Note: ${note}`);
  if (problem !== null) {
    io.err(`NOT OK: ${problem}`);
    return 1;
  }
  if (lines === 0) {
    io.err('NOT OK: there is not one audit line.');
    return 1;
  }
  io.out(`OK: ${lines} lines from ${from ?? ''} to ${to ?? ''} (writers: ${writers}, other lines: ${others}).`);
  io.out(`The last line has the hash ${head ?? ''}`);
  return 0;
}

function isFileError(error: unknown): error is NodeJS.ErrnoException {
  return typeof error === 'object' && error !== null && 'syscall' in error;
}
