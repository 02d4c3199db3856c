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

/**
 * What an address may hold (RFC 3987): ASCII that may stand in one, letters and digits of every script with what joins them, signs of
 * currencies, emoji, and hyphens and dots within names (U+2010–2013, U+00B7). So it ends at quotes, brackets and punctuation of any script,
 * at frames, and at characters that are not seen.
 */
const ADDRESS_CHARACTER = String.raw`(?:[\w.~:/?#[\]@!$&'()*+,;=%\-\p{L}\p{M}\p{N}\p{Sc}\p{Emoji_Presentation}\u200c\u200d\u2010-\u2013\u00b7]|\p{Emoji}\ufe0f)`;
/** No apostrophe in the name of the host: that is a possessive (https://example.com’s). */
const URL_PATTERN = new RegExp(`https?://(?:(?!['/?#])${ADDRESS_CHARACTER})+(?:[/?#]${ADDRESS_CHARACTER}*)?`, 'giu');
/** Ends a sentence, a quotation or an emphasis, rather than an address. */
const TRAILING = /[.,;:!?*'\u200c\u200d\u2010-\u2013\u00b7]+$/;
const OPENING: Readonly<Record<string, string>> = { ')': '(', ']': '[' };

/** Columns at the right that programs leave free, by their own margins. */
const MARGIN_COLUMNS = 4;
/** A frame around text, with its margin. */
const LEFT_FRAME = /^[ |│┃┆┇┊┋╎╏║▏▎▍▌▐▕█]*/;
const RIGHT_FRAME = /[ |│┃┆┇┊┋╎╏║▏▎▍▌▐▕█]*$/;
/** What the rest of a broken address is, where its row was full: anything but a word with others after it. */
const CONTINUES = /^(?![A-Za-z]+[.,:;!?]? +\S)[\w%&=?/.#~+-]/;
/** And what it has at least one of, where the row only was nearly full: else it may be the next word. */
const LOOKS_LIKE_ADDRESS = /^[\w%&=?/.#~+:@-]*[%&=?/#][^\s]*/;

/** Columns of a row, from `from` up to `to`. */
interface Piece {
  row: number;
  from: number;
  to: number;
}

/** Text of some rows, and where each of its code units is. */
interface Line {
  text: string;
  /** Of the character's first column. */
  places: Cell[];
  /** Of the character's last column. */
  ends: Cell[];
}

/**
 * Links in some rows of the screen. A row may have been broken by the program instead of the terminal, as Claude Code does within
 * its own margins: then it is joined with the next if an address runs to its end and can go on there.
 */
export function findLinks(rows: readonly ScreenRow[], columns: number): FoundLink[] {
  const links: FoundLink[] = [];
  let pieces: Piece[] = [];
  let from = 0;
  let before = '';
  for (const [row, current] of rows.entries()) {
    const text = columnsOf(current).slice(from);
    const broken = breakAfter({ before, text, from }, rows[row + 1], columns);
    pieces.push({ row, from, to: broken?.to ?? columns });
    before = broken === null ? '' : before + text.slice(0, broken.to - from);
    from = broken?.from ?? 0;
    if (broken !== null) continue;
    links.push(...linksOf(lineOf(rows, pieces)));
    pieces = [];
  }
  return links;
}

function linksOf({ text, places, ends }: Line): FoundLink[] {
  return [...text.matchAll(URL_PATTERN)].flatMap((match) => {
    const url = withoutEnd(match[0], text[match.index - 1] === "'");
    const from = places[match.index];
    const to = ends[match.index + url.length - 1];
    return from !== undefined && to !== undefined && URL.canParse(url) ? [{ url, from, to }] : [];
  });
}

/**
 * Without what closes a bracket that was opened before the address, and the punctuation of the sentence around it.
 * @param isQuoted whether an apostrophe stands before it, so that the next one ends it
 */
function withoutEnd(text: string, isQuoted: boolean): string {
  const open: string[] = [];
  let before = '';
  for (const char of text) {
    if (isQuoted && char === "'") break;
    if (char === '(' || char === '[') open.push(char);
    const opening = OPENING[char];
    if (opening !== undefined && open.pop() !== opening) break;
    before += char;
  }
  return before.replace(TRAILING, '');
}

function lineOf(rows: readonly ScreenRow[], pieces: readonly Piece[]): Line {
  const line: Line = { text: '', places: [], ends: [] };
  for (const [index, { row, from, to }] of pieces.entries()) {
    for (let column = from; column < to; column += 1) {
      const { text, width } = rows[row]?.cells[column] ?? { text: '', width: 1 };
      if (width === 0) continue;
      // The last column stays empty where a wide character did not fit.
      if (text === '' && index < pieces.length - 1 && column === to - 1) continue;
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

/**
 * Up to where a row goes, and from where the next goes on, if they are one line; null if not.
 * @param row its text from column `from`, and what was before it in the same line
 */
function breakAfter(
  { before, text, from }: { before: string; text: string; from: number },
  next: ScreenRow | undefined,
  columns: number,
): { to: number; from: number } | null {
  if (next === undefined) return null;
  if (next.wrapped) return { to: columns, from: 0 };
  const body = text.replace(RIGHT_FRAME, '');
  const to = from + body.length;
  const following = columnsOf(next);
  const start = LEFT_FRAME.exec(following)?.[0].length ?? 0;
  const rest = following.slice(start);
  if (!/https?:\/\/\S*$/i.test(before + body) || /^https?:/i.test(rest)) return null;
  if (to >= columns && start === 0 && CONTINUES.test(rest)) return { to, from: start };
  const frame = text.trimEnd().length > body.length ? 2 : 0;
  return columns - to <= MARGIN_COLUMNS + frame && LOOKS_LIKE_ADDRESS.test(rest) ? { to, from: start } : null;
}

/** The row with one code unit for each column, so that a place in it is a column. */
function columnsOf({ cells }: ScreenRow): string {
  const last = cells.findLastIndex(({ text }) => text !== '');
  const written = cells.slice(0, last + (cells[last]?.width ?? 0));
  return written
    .map(({ text, width }) => (width === 0 ? WIDE : text.length === 1 ? text : text === '' ? ' ' : WIDE))
    .join('');
}

/** Stands for what is not one code unit: part of an address, like any letter. */
const WIDE = 'x';
