import type { ScreenCell } from '../screen-cell';

/** A place on the screen, counted from 0. */
export interface Cell {
  row: number;
  column: number;
}

export interface FoundLink {
  url: string;
  from: Cell;
  /** The last column. */
  to: Cell;
}

export interface ScreenRow {
  cells: readonly ScreenCell[];
  /** Whether the terminal itself broke the line before this row. */
  wrapped: boolean;
}

/** Up to a space, a quote, a frame, or punctuation of East Asian scripts, which no space follows. */
const URL_PATTERN =
  /https?:\/\/[^\s"'<>`│┃|\\^{}\u2018-\u201f\u2026\u3000-\u303f\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65]+/gi;
/** Ends a sentence, or an emphasis, rather than an address. */
const TRAILING = /[.,;:!?*]+$/;
const OPENING: Readonly<Record<string, string>> = { ')': '(', ']': '[' };

/** Text of some rows, and where each of its code units is. */
interface Line {
  text: string;
  /** Of the character's first column. */
  places: Cell[];
  /** Of the character's last column. */
  ends: Cell[];
}

/**
 * Links in some rows of the screen. A row that is full may have been broken by the program instead of the terminal, as
 * Claude Code does with long sign-in addresses: it is joined with the next if that begins with what an address may go on with.
 */
export function findLinks(rows: readonly ScreenRow[], columns: number): FoundLink[] {
  const links: FoundLink[] = [];
  for (let first = 0; first < rows.length;) {
    let last = first;
    while (last + 1 < rows.length && continues(rows, last, columns)) last += 1;
    links.push(...linksOf(lineOf(rows, first, last)));
    first = last + 1;
  }
  return links;
}

function linksOf({ text, places, ends }: Line): FoundLink[] {
  return [...text.matchAll(URL_PATTERN)].flatMap((match) => {
    const url = withoutEnd(match[0]);
    const from = places[match.index];
    const to = ends[match.index + url.length - 1];
    return from !== undefined && to !== undefined && URL.canParse(url) ? [{ url, from, to }] : [];
  });
}

/** Without what closes a bracket that was opened before the address, and the punctuation of the sentence around it. */
function withoutEnd(text: string): string {
  const open: string[] = [];
  let before = '';
  for (const char of text) {
    if (char === '(' || char === '[') open.push(char);
    const opening = OPENING[char];
    if (opening !== undefined && open.pop() !== opening) break;
    before += char;
  }
  return before.replace(TRAILING, '');
}

function lineOf(rows: readonly ScreenRow[], first: number, last: number): Line {
  const line: Line = { text: '', places: [], ends: [] };
  for (let row = first; row <= last; row += 1) {
    for (const [column, { text, width }] of (rows[row]?.cells ?? []).entries()) {
      if (width === 0) continue;
      // The last column stays empty where a wide character did not fit.
      if (text === '' && row < last && column === (rows[row]?.cells.length ?? 0) - 1) continue;
      const shown = text === '' ? ' ' : text;
      line.text += shown;
      for (let unit = 0; unit < shown.length; unit += 1) {
        line.places.push({ row, column });
        line.ends.push({ row, column: column + width - 1 });
      }
    }
  }
  return line;
}

function continues(rows: readonly ScreenRow[], row: number, columns: number): boolean {
  const next = rows[row + 1];
  const current = rows[row];
  if (next === undefined || current === undefined) return false;
  if (next.wrapped) return true;
  const text = textOf(current);
  const following = textOf(next);
  return (
    isFull(current, columns) &&
    /https?:\/\/\S*$/i.test(text) &&
    /^[\w%&=?/.#~+-]/.test(following) &&
    !/^https?:/i.test(following)
  );
}

/** Whether nothing more fits into the row. */
function isFull({ cells }: ScreenRow, columns: number): boolean {
  const last = cells.findLastIndex(({ text }) => text.trim() !== '');
  return last >= 0 && last + (cells[last]?.width ?? 1) >= columns;
}

const textOf = ({ cells }: ScreenRow) =>
  cells.map(({ text, width }) => (text === '' && width > 0 ? ' ' : text)).join('');
