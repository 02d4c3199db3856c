import type { FileHandle } from 'node:fs/promises';
import type { FilePlace, StoredFile } from '@claude-webui/protocol';
import { look } from './folder';
import { describe } from './listing';
import type { Names } from './path';

/** How a place is called below the workspace, and in the session. */
export function placeOf(root: string, names: Names): FilePlace {
  return { path: names.join('/'), sessionPath: [root, ...names].join('/') };
}

/** A file that has just been written. @throws FileError if it has gone already */
export async function storedFile(folder: FileHandle, root: string, names: Names): Promise<StoredFile> {
  const { size, modifiedAt, mode } = describe(await look(folder, names.at(-1) ?? ''));
  return { ...placeOf(root, names), size, modifiedAt, mode };
}
