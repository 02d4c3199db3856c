import { mkdir, rename, rmdir } from 'node:fs/promises';
import type { FileMove, FilePlace } from '@claude-webui/protocol';
import { explain } from './file-error';
import { inParent, look, within } from './folder';
import type { Names } from './path';
import { checkNewNames, parsePath } from './path';
import { moveTo } from './place';
import { placeOf } from './stored-file';

/** Renames a file, folder or link, which may move it to another folder. @throws FileError */
export async function moveEntry(root: string, { from, to, overwrite = false }: FileMove): Promise<FilePlace> {
  const [source, target] = [parsePath(from, root), parsePath(to, root)];
  // Only the last is new, unless something is moved with its name.
  if (target.at(-1) !== source.at(-1)) checkNewNames(target.slice(-1));
  await inParent(root, source, 'refuse', (sourceFolder, sourceName) =>
    inParent(root, target, 'refuse', async (targetFolder, targetName) => {
      const isFolder = (await look(sourceFolder, sourceName)).isDirectory();
      const [old, next] = [within(sourceFolder, sourceName), within(targetFolder, targetName)];
      if (!isFolder) await moveTo(old, next, overwrite ? 'replace' : 'keep');
      else if (overwrite) await moveFolder(old, next);
      else await moveFolderIfFree(old, next);
    }),
  );
  return placeOf(root, target);
}

/** rename(2) of a folder replaces only an empty one. */
function moveFolder(from: Buffer, to: Buffer): Promise<void> {
  return rename(from, to).catch((error: unknown) =>
    explain(error, { ENOTDIR: 'file-exists', EEXIST: 'folder-not-empty' }),
  );
}

/** An empty folder takes the name first: whoever is quicker has it. */
async function moveFolderIfFree(from: Buffer, to: Buffer): Promise<void> {
  await mkdir(to).catch(explain);
  try {
    await moveFolder(from, to);
  } catch (error) {
    await rmdir(to).catch(() => undefined);
    throw error;
  }
}

/** Makes a folder, and those that it lies in. @throws FileError file-exists */
export async function makeFolder(root: string, path: string): Promise<FilePlace> {
  const names: Names = parsePath(path, root);
  await inParent(root, names, 'make', (folder, name) => {
    checkNewNames([name]);
    return mkdir(within(folder, name)).catch(explain);
  });
  return placeOf(root, names);
}
