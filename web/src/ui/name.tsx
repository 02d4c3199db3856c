/**
 * What shows as nothing or changes how the text around it reads: controls, format characters, separators of lines, and what Unicode calls
 * ignorable. Not the selectors that say how an emoji or a letter looks.
 */
const UNSEEN = /(?!\p{Variation_Selector})[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;
/** ZWNJ and ZWJ say how the letter or emoji before them joins the next one: Persian, Indic scripts and families of emoji have them. */
const JOINER = /[\u200c\u200d]/;
const JOINS_NEXT = /[\p{Extended_Pictographic}\p{Emoji_Modifier}\p{Variation_Selector}\p{M}\p{Lo}]$/u;
/** Scripts that are written from right to left, by Unicode's blocks. */
const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;

/** A name as it is shown: what could not be seen in it is there as its code, `[U+202E]`. */
export function visible(name: string): string {
  return name.replace(UNSEEN, (char, at: number) =>
    JOINER.test(char) && JOINS_NEXT.test(name.slice(0, at))
      ? char
      : `[U+${(char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}]`,
  );
}

/** The same for text without elements (titles, notifications, sentences): a name from right to left reorders nothing around it. */
export function isolated(name: string): string {
  const shown = visible(name);
  return RIGHT_TO_LEFT.test(shown) ? `\u2068${shown}\u2069` : shown;
}

/** A name of a file, a session or a person on the page, or other text that is not ours. It reorders nothing around it. */
export const Name = ({ of }: { of: string }) => <bdi>{visible(of)}</bdi>;
