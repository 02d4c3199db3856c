/** A place on the screen, counted from 0. */
export interface Cell {
  row: number;
  column: number;
}

export interface FoundLink {
  url: string;
  from: Cell;
  /** The last character. */
  to: Cell;
}

export interface ScreenRow {
  /** One character per column; a wide character's second column is a space. */
  text: string;
  /** Whether the terminal itself broke the line before this row. */
  wrapped: boolean;
}

const URL_PATTERN = /https?:\/\/[^\s"'<>`│|\\^{}]+/g;
/** Ends a sentence rather than an address. */
const TRAILING = /[.,;:!?)\]]+$/;

/**
 * Links in some rows of the screen. A row that is full may have been broken by the program instead of the terminal, as
 * Claude Code does with long sign-in addresses: it is joined with the next if that begins with what an address may go on with.
 */
export function findLinks(rows: readonly ScreenRow[], columns: number): FoundLink[] {
  const links: FoundLink[] = [];
  for (let first = 0; first < rows.length;) {
    let last = first;
    while (last + 1 < rows.length && continues(rows, last, columns)) last += 1;
    const text = rows
      .slice(first, last + 1)
      .map((row) => row.text.padEnd(columns))
      .join('');
    for (const match of text.matchAll(URL_PATTERN)) {
      const url = match[0].replace(TRAILING, '');
      links.push({
        url,
        from: cellAt(first, match.index, columns),
        to: cellAt(first, match.index + url.length - 1, columns),
      });
    }
    first = last + 1;
  }
  return links;
}

function continues(rows: readonly ScreenRow[], row: number, columns: number): boolean {
  const next = rows[row + 1];
  const text = rows[row]?.text.trimEnd() ?? '';
  if (next === undefined) return false;
  if (next.wrapped) return true;
  return (
    text.length >= columns &&
    /https?:\/\/\S*$/.test(text) &&
    /^[\w%&=?/.#~+-]/.test(next.text) &&
    !/^https?:/.test(next.text)
  );
}

function cellAt(firstRow: number, index: number, columns: number): Cell {
  return { row: firstRow + Math.floor(index / columns), column: index % columns };
}
