import type { Dirent } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { opendir } from 'node:fs/promises';
import { nameOf } from './file-name';

declare module 'node:fs/promises' {
  /** Names come as bytes too (`encoding` in Node's documentation of fs.opendir), which @types/node does not know. */
  function opendir(
    path: string,
    options: { encoding: 'buffer'; bufferSize: number },
  ): Promise<AsyncIterable<Dirent<Buffer>>>;
}

/** Read from the kernel together. */
const BATCH = 256;

export interface Entry {
  name: string;
  isFolder: boolean;
}

/** What is in a folder, in the kernel's order; read bit by bit, however much it is. */
export async function* entriesIn(folder: FileHandle): AsyncGenerator<Entry, void, undefined> {
  const entries = await opendir(`/proc/self/fd/${folder.fd}`, { encoding: 'buffer', bufferSize: BATCH });
  for await (const entry of entries) yield { name: nameOf(entry.name), isFolder: entry.isDirectory() };
}
