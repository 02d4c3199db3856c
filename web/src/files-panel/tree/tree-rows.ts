import type { FileEntry } from '@claude-webui/protocol';

/** A folder as it was last listed. */
export interface ListedFolder {
  entries: readonly FileEntry[];
  /** Of its first page. */
  etag: string;
  /** Whether there is more than was listed. */
  truncated: boolean;
}

/** A line of the tree. */
export interface TreeRow {
  /** Below the workspace; empty for the workspace itself. */
  path: string;
  name: string;
  /** `more` stands for the entries of a folder that are not listed yet. */
  kind: FileEntry['kind'] | 'more';
  /** Bytes. */
  size: number;
  /** Counted from 1, as is `position` among the `siblings`. */
  level: number;
  position: number;
  siblings: number;
  /** Null for what cannot be opened. */
  isOpen: boolean | null;
}

/** Folders first, and names as people count: `a2` before `a10`. */
const collator = new Intl.Collator(undefined, { numeric: true, sensitivity: 'base' });

/** All lines in view, from top to bottom. */
export function treeRows(folders: ReadonlyMap<string, ListedFolder>, open: ReadonlySet<string>): TreeRow[] {
  const root = { path: '', name: 'Workspace', kind: 'folder', size: 0, level: 1, position: 1, siblings: 1 } as const;
  const rows: TreeRow[] = [{ ...root, isOpen: open.has('') }];
  if (open.has('')) addRows(rows, '', 2, folders, open);
  return rows;
}

function addRows(
  rows: TreeRow[],
  path: string,
  level: number,
  folders: ReadonlyMap<string, ListedFolder>,
  open: ReadonlySet<string>,
): void {
  const folder = folders.get(path);
  if (folder === undefined) return;
  const entries = folder.entries.toSorted(byKindAndName);
  const siblings = entries.length + (folder.truncated ? 1 : 0);
  for (const [index, { name, kind, size }] of entries.entries()) {
    const below = joined(path, name);
    const isOpen = kind === 'folder' ? open.has(below) : null;
    rows.push({ path: below, name, kind, size, level, position: index + 1, siblings, isOpen });
    if (isOpen === true) addRows(rows, below, level + 1, folders, open);
  }
  // No path of a file ends with a slash.
  if (folder.truncated)
    rows.push({
      path: `${path}/`,
      name: 'Show more',
      kind: 'more',
      size: 0,
      level,
      position: siblings,
      siblings,
      isOpen: null,
    });
}

function byKindAndName(a: FileEntry, b: FileEntry): number {
  const isFolder = Number(b.kind === 'folder') - Number(a.kind === 'folder');
  return isFolder === 0 ? collator.compare(a.name, b.name) : isFolder;
}

export const joined = (folder: string, name: string): string => (folder === '' ? name : `${folder}/${name}`);

/** The folder that something lies in. */
export const parentOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')));

/** All folders on the way to something, the workspace first. */
export function foldersTo(path: string): string[] {
  const names = path.split('/').slice(0, -1);
  return ['', ...names.map((_name, index) => names.slice(0, index + 1).join('/'))];
}

/** Where new files go when this row is the chosen one. */
export function targetFolder(row: TreeRow | undefined): string {
  if (row === undefined) return '';
  return row.kind === 'folder' ? row.path : parentOf(row.path);
}

/** Whether `path` is `folder` or lies in it. */
export const isWithin = (path: string, folder: string): boolean =>
  folder === '' || path === folder || path.startsWith(`${folder}/`);
