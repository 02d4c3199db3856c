import type { ScreenCell } from '../screen-cell';

/** What ends a word that is selected by one touch: space, quotes, and what encloses. Paths and addresses are words. */
const SEPARATOR = /^[\s'"`()[\]{}<>│,;]?$/;

/** The word around a column, from column `start` up to `end`; that column alone if it separates words. */
export function wordAround(cells: readonly ScreenCell[], column: number): { start: number; end: number } {
  const separates = (at: number) => {
    const cell = cells[at];
    return cell === undefined || (cell.width > 0 && SEPARATOR.test(cell.text));
  };
  if (separates(column)) return { start: column, end: column + 1 };
  let start = column;
  let end = column + 1;
  while (!separates(start - 1)) start -= 1;
  while (!separates(end)) end += 1;
  return { start, end };
}
