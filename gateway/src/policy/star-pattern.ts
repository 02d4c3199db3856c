/**
 * Whether `text` fits a pattern in which each `*` stands for any text, also none, and every other character for itself. Takes time
 * linear in the text for each part between stars: the leftmost place of a part is always good enough, so nothing is tried twice.
 */
export function fitsStarPattern(pattern: string, text: string): boolean {
  const [first = '', ...rest] = pattern.split('*');
  const last = rest.pop();
  if (last === undefined) return text === pattern;
  if (text.length < first.length + last.length || !text.startsWith(first) || !text.endsWith(last)) return false;
  const end = text.length - last.length;
  let at = first.length;
  for (const part of rest) {
    const found = text.indexOf(part, at);
    if (found < 0 || found + part.length > end) return false;
    at = found + part.length;
  }
  return true;
}
