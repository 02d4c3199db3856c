const DELETE = '\x7f';
const characters = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** What a program that has been sent `before` is to be sent so that it has `after`: deletions from the end, then text. */
export interface EditDifference {
  deletions: number;
  text: string;
}

/**
 * Keyboards of phones and input methods do not type: they edit a text. They replace a word by a better one, or take back a
 * space to set a full stop. A program at the other end only knows keys, and has its cursor at the end.
 */
export function editDifference(before: string, after: string): EditDifference {
  const had = split(before);
  const has = split(after);
  let same = 0;
  while (same < had.length && had[same] === has[same]) same += 1;
  return { deletions: had.length - same, text: has.slice(same).join('') };
}

/** The keys that bring it about. */
export function keysFor({ deletions, text }: EditDifference): string {
  return DELETE.repeat(deletions) + text;
}

const split = (text: string) => Array.from(characters.segment(text), ({ segment }) => segment);
