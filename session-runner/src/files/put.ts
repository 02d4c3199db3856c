import { randomUUID } from 'node:crypto';
import { open, rm } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import type { StoredFile } from '@claude-webui/protocol';
import { checkWrite, versionOf } from './conditions';
import { FileError, explain } from './file-error';
import { inParent } from './folder';
import type { Names } from './path';
import { checkNewNames } from './path';
import { current, place } from './place';
import { lengthOf, receive } from './receive';
import { checkSpace, readable } from './space';
import { storedFile } from './stored-file';

/** Where files are, and where they are while they come. */
export interface Places {
  /** The workspace: absolute, without links. */
  root: string;
  /** A folder on the same volume, out of the session's sight. */
  uploads: string;
}

export interface PutRules {
  maxBytes: number;
  /** Bytes that other uploads have been promised. */
  reserved: number;
}

export const tooLarge = (maxBytes: number) =>
  new FileError('file-too-large', `A file may have at most ${readable(maxBytes)}.`);

/** Takes a whole file from a request's body. If it breaks off or is refused, nothing has changed. @throws FileError */
export async function putFile(
  { root, uploads }: Places,
  names: Names,
  request: IncomingMessage,
  { maxBytes, reserved }: PutRules,
): Promise<{ file: StoredFile; isNew: boolean }> {
  const { headers } = request;
  // A part that were taken for the whole would destroy the rest (RFC 9110 §14.5).
  if (headers['content-range'] !== undefined)
    throw new FileError('bad-upload', 'Only whole files are put; parts belong to an upload.');
  const length = lengthOf(request);
  if (length !== null && length > maxBytes) throw tooLarge(maxBytes);
  return inParent(root, names, 'make', async (folder, name) => {
    const check = async () => {
      const before = await current(folder, name);
      if (before?.isDirectory() === true) throw new FileError('is-a-folder');
      checkWrite(headers, before === null ? null : versionOf(before));
      if (before === null) checkNewNames([name]);
      return before === null;
    };
    await check();
    await checkSpace(folder, length ?? 0, reserved);
    const unfinished = join(uploads, randomUUID());
    try {
      const file = await open(unfinished, 'wx', 0o600).catch(explain);
      const tooLong = () => tooLarge(maxBytes);
      await receive(request, file, { start: 0, end: maxBytes, tooLong }).finally(() => file.close());
      // It may have taken minutes.
      const isNew = await check();
      const mustBeNew = headers['if-none-match']?.trim() === '*';
      await place(unfinished, folder, name, mustBeNew ? 'keep' : 'replace').catch(asCondition);
      return { file: await storedFile(folder, root, names), isNew };
    } finally {
      await rm(unfinished, { force: true });
    }
  });
}

/** Somebody was quicker than the last look. */
function asCondition(error: unknown): never {
  if (error instanceof FileError && error.code === 'file-exists') throw new FileError('precondition-failed');
  throw error;
}
