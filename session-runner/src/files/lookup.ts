import type { FileLookup } from '@claude-webui/protocol';
import { FileError } from './file-error';
import { inParent, lookIfThere } from './folder';
import { kindOf } from './listing';
import type { Names } from './path';
import { readingsOf } from './path';
import { placeOf } from './stored-file';

/** What a path that a program has printed leads to. @throws FileError outside-workspace, file-not-found */
export async function lookUp(root: string, printed: string): Promise<FileLookup> {
  for (const { names, line } of readingsOf(printed, root)) {
    const kind = await kindAt(root, names);
    if (kind !== null) return { ...placeOf(root, names), kind, ...(line === undefined ? {} : { line }) };
  }
  throw new FileError('file-not-found');
}

async function kindAt(root: string, names: Names): Promise<FileLookup['kind'] | null> {
  if (names.length === 0) return 'folder';
  try {
    return await inParent(root, names, 'refuse', async (folder, name) => {
      const stats = await lookIfThere(folder, name);
      return stats === null ? null : kindOf(stats);
    });
  } catch (error) {
    // On the way there is a file, or nothing.
    if (error instanceof FileError && ['not-a-folder', 'file-not-found', 'bad-path'].includes(error.code)) return null;
    throw error;
  }
}
