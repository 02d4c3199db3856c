import type { TreeRow } from './tree-rows';
import { parentOf } from './tree-rows';

/** What a key does in the tree. */
export type TreeAction =
  | { do: 'select' | 'open' | 'close'; path: string }
  /** What a double click does. */
  | { do: 'activate' }
  | { do: 'rename' | 'remove' };

/** The keys of a tree as the ARIA Authoring Practices have it; null for a key that means nothing here. */
export function treeAction(key: string, rows: readonly TreeRow[], selected: string): TreeAction | null {
  const at = rows.findIndex(({ path }) => path === selected);
  const row = rows[at];
  const select = (to: TreeRow | undefined): TreeAction | null =>
    to === undefined ? null : { do: 'select', path: to.path };
  switch (key) {
    case 'ArrowDown':
      return select(rows[at + 1]);
    case 'ArrowUp':
      return select(rows[Math.max(0, at - 1)]);
    case 'Home':
      return select(rows[0]);
    case 'End':
      return select(rows.at(-1));
  }
  if (row === undefined) return null;
  switch (key) {
    case 'ArrowRight':
      if (row.isOpen === false) return { do: 'open', path: row.path };
      return row.isOpen === true && rows[at + 1]?.level === row.level + 1 ? select(rows[at + 1]) : null;
    case 'ArrowLeft':
      if (row.isOpen === true) return { do: 'close', path: row.path };
      return row.path === '' ? null : { do: 'select', path: parentOf(row.path.replace(/\/$/, '/x')) };
    case 'Enter':
      return { do: 'activate' };
    case 'F2':
      return isNamed(row) ? { do: 'rename' } : null;
    case 'Delete':
      return isNamed(row) ? { do: 'remove' } : null;
    default:
      return key.length === 1 ? select(nextBeginningWith(key, rows, at)) : null;
  }
}

/** Whether it can be renamed and deleted. */
export const isNamed = ({ path, kind }: TreeRow): boolean => path !== '' && kind !== 'more';

/** The next row below, and round the end, whose name begins with the character. */
function nextBeginningWith(character: string, rows: readonly TreeRow[], at: number): TreeRow | undefined {
  const wanted = character.toLowerCase();
  return [...rows.slice(at + 1), ...rows.slice(0, at)].find(({ name }) => name.toLowerCase().startsWith(wanted));
}
