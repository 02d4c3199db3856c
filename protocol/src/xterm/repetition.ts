/**
 * How many of the last rows of `above` are said again at the beginning of `drawn`. White space does not count, so rows that were broken
 * elsewhere for another width are known again; a row of which only a part is said again is not among them.
 *
 * Where what is repeated repeats itself, as in a column of equal lines, nobody can know how much of it is there twice: then as
 * little as possible.
 */
export function repeatedRows(above: readonly string[], drawn: readonly string[]): number {
  const rows = above.map(withoutSpace);
  const words = drawn.flatMap((row) => row.split(/\s+/));
  const beginning = words.join('');
  const ends = new Set<number>();
  let end = 0;
  for (const word of words) ends.add((end += word.length));
  // Each length of which both the beginning of what was drawn and the end of what is above are the same text.
  const lengths = prefixLengths(`${beginning}\0${rows.join('')}`);
  const [longest = 0] = chain(lengths, lengths.at(-1) ?? 0);
  const counts = chain(lengths, longest)
    // No word is said again by half of it.
    .map((length) => (ends.has(length) ? rowsWithin(rows, length) : 0));
  const repeatsItself = 2 * (lengths[longest - 1] ?? 0) >= longest;
  return (repeatsItself ? counts.findLast((count) => count > 0) : counts.find((count) => count > 0)) ?? 0;
}

const withoutSpace = (row: string) => row.replace(/\s+/g, '');

/** For each character the length of the longest beginning of the text that ends with it and is not the whole (Knuth, Morris, Pratt). */
function prefixLengths(text: string): Uint32Array {
  const lengths = new Uint32Array(text.length);
  for (let at = 1; at < text.length; at += 1) {
    let length = lengths[at - 1] ?? 0;
    while (length > 0 && text[at] !== text[length]) length = lengths[length - 1] ?? 0;
    lengths[at] = text[at] === text[length] ? length + 1 : 0;
  }
  return lengths;
}

/** A length, and all smaller ones of which the same is true. */
function chain(lengths: Uint32Array, longest: number): number[] {
  const all: number[] = [];
  for (let length = longest; length > 0; length = lengths[length - 1] ?? 0) all.push(length);
  return all;
}

/** How many of the last rows have no more text than this, the uppermost of them not blank. */
function rowsWithin(rows: readonly string[], length: number): number {
  let count = 0;
  let text = 0;
  for (let back = 1; back <= rows.length; back += 1) {
    const row = rows[rows.length - back] ?? '';
    text += row.length;
    if (text > length) break;
    if (row !== '') count = back;
  }
  return count;
}
