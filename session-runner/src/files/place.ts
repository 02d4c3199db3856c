import { randomUUID } from 'node:crypto';
import type { BigIntStats, PathLike } from 'node:fs';
import { constants } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { copyFile, link, lstat, open, rename, rm, unlink } from 'node:fs/promises';
import { FileError, errnoOf, explain } from './file-error';
import { within } from './folder';

/** Of a file that nobody has given another. */
const NEW_FILE_MODE = 0o644;
/** Of file systems that have none, and of files that belong to somebody else (sysctl fs.protected_hardlinks). */
const NO_HARD_LINKS: ReadonlySet<string> = new Set(['EPERM', 'EOPNOTSUPP', 'ENOTSUP', 'ENOSYS', 'EMLINK']);

/** What becomes of a file that has the name already. */
export type Existing = 'keep' | 'replace';

/** What is at a place now; null if nothing is. @throws FileError */
export function current(folder: FileHandle, name: string): Promise<BigIntStats | null> {
  return lstat(within(folder, name), { bigint: true }).catch((error: unknown) =>
    errnoOf(error) === 'ENOENT' ? null : explain(error),
  );
}

/**
 * Puts a finished file, given by its absolute path, in its place in one step: readers see the old one or the new one, whole. A link
 * of that name is replaced and not followed. A file that is replaced hands on its permissions.
 * @throws FileError file-exists, is-a-folder
 */
export async function place(finished: string, folder: FileHandle, name: string, existing: Existing): Promise<void> {
  const before = await current(folder, name);
  if (before?.isDirectory() === true) throw new FileError('is-a-folder');
  if (before !== null && existing === 'keep') throw new FileError('file-exists');
  const file = await open(finished, 'r');
  const mode = before?.isFile() === true ? Number(before.mode) & 0o777 : NEW_FILE_MODE;
  await file.chmod(mode).finally(() => file.close());
  const target = within(folder, name);
  try {
    await moveTo(finished, target, existing);
  } catch (error) {
    if (!(error instanceof FileError) || error.code !== 'other-volume') throw error;
    await placeFromElsewhere(finished, folder, target, existing);
  }
}

/** The folder is another volume's: the last step is taken from a copy beside the target. */
async function placeFromElsewhere(finished: string, folder: FileHandle, target: Buffer, existing: Existing) {
  const near = within(folder, `.upload-${randomUUID()}`);
  try {
    await copyFile(finished, near, constants.COPYFILE_EXCL).catch(explain);
    await moveTo(near, target, existing);
  } finally {
    await rm(near, { force: true });
  }
}

/** Renames what is no folder. @throws FileError file-exists */
export async function moveTo(from: PathLike, to: PathLike, existing: Existing): Promise<void> {
  if (existing === 'replace') return rename(from, to).catch(explain);
  // Node has no RENAME_NOREPLACE (renameat2(2)); link(2) never replaces anything.
  try {
    await link(from, to);
  } catch (error) {
    if (!NO_HARD_LINKS.has(errnoOf(error))) return explain(error);
    return moveToReserved(from, to);
  }
  await unlink(from).catch(explain);
}

/** Takes the name first. What a program writes there in the moment before the rename is lost. */
async function moveToReserved(from: PathLike, to: PathLike): Promise<void> {
  await (await open(to, 'wx', 0o600).catch(explain)).close();
  try {
    await rename(from, to);
  } catch (error) {
    await rm(to, { force: true });
    explain(error);
  }
}
