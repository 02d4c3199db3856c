import { constants } from 'node:fs';
import type { Stats } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { lstat, mkdir, open } from 'node:fs/promises';
import { FileError, errnoOf, explain } from './file-error';
import { bytesOf } from './file-name';
import type { Names } from './path';
import { checkNewNames } from './path';

/**
 * Walks the workspace from descriptor to descriptor. The session's person can change the tree meanwhile, so a checked path
 * proves nothing: every folder is opened without following links, and the next name is looked up from its descriptor
 * (/proc/self/fd/N/name is Node's openat(2)). Only the last name of a path that is given to the kernel is not yet looked at, and
 * no call that is used with it follows a link there.
 */
export const within = (folder: FileHandle, name: string): Buffer =>
  Buffer.concat([Buffer.from(`/proc/self/fd/${folder.fd}/`), bytesOf(name)]);

const FOLDER_FLAGS = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;

/** Whether missing folders are made on the way. */
export type Missing = 'refuse' | 'make';

/** Opens a folder, calls back with it, and closes it. @throws FileError */
export function inFolder<T>(
  root: string,
  names: Names,
  missing: Missing,
  use: (folder: FileHandle) => Promise<T>,
): Promise<T> {
  return inOpened(openFolder(root, names, names.length, missing), use);
}

/** The same with the folder that something lies in, and its name there. @throws FileError bad-path for the workspace itself */
export async function inParent<T>(
  root: string,
  names: Names,
  missing: Missing,
  use: (folder: FileHandle, name: string) => Promise<T>,
): Promise<T> {
  const name = names.at(-1);
  if (name === undefined) throw new FileError('bad-path', 'This is the workspace itself.');
  return inOpened(openFolder(root, names, names.length - 1, missing), (folder) => use(folder, name));
}

async function inOpened<T>(opened: Promise<FileHandle>, use: (folder: FileHandle) => Promise<T>): Promise<T> {
  const folder = await opened;
  try {
    return await use(folder);
  } finally {
    await folder.close();
  }
}

/** A folder that is in another. @throws FileError */
export async function openSubfolder(parent: FileHandle, name: string): Promise<FileHandle> {
  return open(within(parent, name), FOLDER_FLAGS).catch((error: unknown) => explainFolder(error, parent, name));
}

/** What something is, links not followed. @throws FileError */
export function look(folder: FileHandle, name: string): Promise<Stats> {
  return lstat(within(folder, name)).catch(explain);
}

/** The same, or null if there is nothing. */
export async function lookIfThere(folder: FileHandle, name: string): Promise<Stats | null> {
  return look(folder, name).catch((error: unknown) => {
    if (error instanceof FileError && error.code === 'file-not-found') return null;
    throw error;
  });
}

/** @param names of what is wanted in the end; the first `depth` of them are opened */
async function openFolder(root: string, names: Names, depth: number, missing: Missing): Promise<FileHandle> {
  let folder = await open(root, FOLDER_FLAGS).catch(explain);
  for (const [at, name] of names.slice(0, depth).entries()) {
    try {
      if (missing === 'make') await makeIfMissing(folder, name, names.slice(at));
      const next = await openSubfolder(folder, name);
      await folder.close();
      folder = next;
    } catch (error) {
      await folder.close();
      throw error;
    }
  }
  return folder;
}

/** @param names its own, and those of what is to be made in it */
async function makeIfMissing(folder: FileHandle, name: string, names: Names): Promise<void> {
  if ((await lookIfThere(folder, name)) !== null) return;
  checkNewNames(names);
  await mkdir(within(folder, name)).catch(unlessThere);
}

function unlessThere(error: unknown): void {
  if (errnoOf(error) !== 'EEXIST') explain(error);
}

/** O_DIRECTORY says ENOTDIR of a link too. */
async function explainFolder(error: unknown, parent: FileHandle, name: string): Promise<never> {
  if (errnoOf(error) === 'ENOTDIR' && (await lookIfThere(parent, name))?.isSymbolicLink() === true)
    throw new FileError('file-is-link');
  return explain(error);
}
