import { chmod, readdir, rm } from 'node:fs/promises';
import { errnoOf } from './file-error';

/** In folders that their owner has closed to himself. Who is root meets neither. */
const CLOSED: ReadonlySet<string> = new Set(['EACCES', 'EPERM']);

/**
 * Removes a folder in which nothing works any more. Parts of it may be closed to their own owner: folders of mode 000, or the
 * read-only ones of Go's module cache. @throws Error of what cannot be removed all the same, as a mount
 */
export async function removeTree(folder: string): Promise<void> {
  try {
    await remove(folder);
  } catch (error) {
    if (!CLOSED.has(errnoOf(error))) throw error;
    await openUp(Buffer.from(folder));
    await remove(folder);
  }
}

function remove(folder: string): Promise<void> {
  return rm(folder, { recursive: true, force: true });
}

/** What cannot be opened is found again by who removes it. */
async function openUp(folder: Buffer): Promise<void> {
  await chmod(folder, 0o700).catch(() => undefined);
  const entries = await readdir(folder, { encoding: 'buffer', withFileTypes: true }).catch(() => []);
  for (const entry of entries)
    if (entry.isDirectory()) await openUp(Buffer.concat([folder, Buffer.from('/'), entry.name]));
}
