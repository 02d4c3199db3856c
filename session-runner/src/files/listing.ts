import { createHash } from 'node:crypto';
import type { Stats } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import type { FileEntry } from '@claude-webui/protocol';
import { MAX_LISTED_ENTRIES } from '@claude-webui/protocol';
import { entriesIn } from './entries';
import { lookIfThere } from './folder';

/** Names that are read to put them in order. Of a folder with more, some are never shown. */
const MAX_NAMES = 100_000;
/** Looked at together: Node's thread pool has four threads. */
const BATCH = 16;

export interface Page {
  entries: FileEntry[];
  truncated: boolean;
}

export interface PageWish {
  /** Entries at most. */
  limit: number;
  /** Name after which the page begins. */
  after: string;
}

export const FIRST_PAGE: PageWish = { limit: MAX_LISTED_ENTRIES, after: '' };

/** What is in a folder, by name in the order of UTF-16. What goes meanwhile is left out. */
export async function listFolder(folder: FileHandle, { limit, after }: PageWish): Promise<Page> {
  const names = await namesIn(folder);
  const wanted = names.filter((name) => name > after).sort(byCodeUnit);
  const page = wanted.slice(0, limit);
  const entries: FileEntry[] = [];
  for (let start = 0; start < page.length; start += BATCH) {
    const looks = page.slice(start, start + BATCH).map((name) => entryOf(folder, name));
    entries.push(...(await Promise.all(looks)).filter((entry) => entry !== null));
  }
  return { entries, truncated: wanted.length > limit };
}

async function namesIn(folder: FileHandle): Promise<string[]> {
  const names: string[] = [];
  for await (const { name } of entriesIn(folder)) {
    if (names.length === MAX_NAMES) break;
    names.push(name);
  }
  return names;
}

const byCodeUnit = (a: string, b: string) => (a < b ? -1 : 1);

async function entryOf(folder: FileHandle, name: string): Promise<FileEntry | null> {
  const stats = await lookIfThere(folder, name);
  return stats === null ? null : { name, ...describe(stats) };
}

/** What is said of a file, whatever it is called. */
export function describe(stats: Stats): Omit<FileEntry, 'name'> {
  return {
    kind: kindOf(stats),
    size: stats.isFile() ? stats.size : 0,
    modifiedAt: stats.mtime.toISOString(),
    mode: (stats.mode & 0o7777).toString(8).padStart(3, '0'),
  };
}

export function kindOf(stats: Stats): FileEntry['kind'] {
  if (stats.isFile()) return 'file';
  if (stats.isDirectory()) return 'folder';
  return stats.isSymbolicLink() ? 'link' : 'other';
}

/** Another one as soon as the page differs. */
export function etagOfPage(page: Page): string {
  return `"${createHash('sha256').update(JSON.stringify(page)).digest('base64url').slice(0, 22)}"`;
}
