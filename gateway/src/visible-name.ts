/** Names of people and of sessions, which stand in lists, logs and other people's terminals. */

/**
 * What shows as nothing or changes how the text around it reads: control and format characters, separators but the plain space, and what Unicode
 * calls ignorable, such as the Hangul fillers, which count as letters. Not the two selectors that say how an emoji looks.
 */
const UNSEEN = /[^\p{L}\p{M}\p{N}\p{P}\p{S} ]|(?![\uFE0E\uFE0F])\p{Default_Ignorable_Code_Point}|\u2800/gu;
/** A mark alone is drawn on whatever stands before it. */
const SEEN = /[\p{L}\p{N}\p{P}\p{S}]/u;

/** The name without what cannot be seen; null if nothing is left. */
export function visibleName(text: string): string | null {
  const name = text.replace(UNSEEN, '').trim();
  return SEEN.test(name) ? name : null;
}

/** Whether every part of a name can be seen. */
export const isVisibleName = (text: string): boolean => visibleName(text) === text;
