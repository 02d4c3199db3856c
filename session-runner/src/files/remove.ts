import type { FileHandle } from 'node:fs/promises';
import { rmdir, unlink } from 'node:fs/promises';
import { entriesIn } from './entries';
import { FileError, errnoOf, explain } from './file-error';
import { inParent, look, lookIfThere, openSubfolder, within } from './folder';
import type { Names } from './path';

/** Folders in each other; each holds a descriptor while it is emptied. */
const MAX_DEPTH = 200;
/** Programs of the session may fill a folder while it is emptied. */
const MAX_ROUNDS = 5;
/** Removed together: Node's thread pool has four threads. */
const BATCH = 16;

/** A link goes, and what it leads to stays. A folder that is not empty goes only with `recursive`. @throws FileError */
export function removeEntry(root: string, names: Names, recursive: boolean): Promise<void> {
  return inParent(root, names, 'refuse', async (folder, name) => {
    const stats = await look(folder, name);
    if (!stats.isDirectory()) await unlink(within(folder, name)).catch(explain);
    else if (recursive) await removeFolder(folder, name, 0);
    else await removeEmpty(folder, name);
  });
}

/** Never by a path of several names, which a program could lead elsewhere meanwhile (as fs.rm would be). */
async function removeFolder(parent: FileHandle, name: string, depth: number): Promise<void> {
  if (depth > MAX_DEPTH) throw new FileError('too-deep');
  for (let round = 1; ; round += 1) {
    const folder = await openSubfolder(parent, name);
    await empty(folder, depth).finally(() => folder.close());
    try {
      return await removeEmpty(parent, name);
    } catch (error) {
      if (!(error instanceof FileError) || error.code !== 'folder-not-empty' || round === MAX_ROUNDS) throw error;
    }
  }
}

async function empty(folder: FileHandle, depth: number): Promise<void> {
  let batch: Promise<void>[] = [];
  for await (const { name, isFolder } of entriesIn(folder)) {
    if (isFolder) await removeFolder(folder, name, depth + 1);
    else batch.push(removeFile(folder, name, depth));
    if (batch.length < BATCH) continue;
    await Promise.all(batch);
    batch = [];
  }
  await Promise.all(batch);
}

async function removeFile(folder: FileHandle, name: string, depth: number): Promise<void> {
  try {
    await unlink(within(folder, name));
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return;
    // A folder by now.
    if ((await lookIfThere(folder, name))?.isDirectory() === true) return removeFolder(folder, name, depth + 1);
    explain(error);
  }
}

function removeEmpty(parent: FileHandle, name: string): Promise<void> {
  return rmdir(within(parent, name)).catch((error: unknown) => explain(error, { EEXIST: 'folder-not-empty' }));
}
