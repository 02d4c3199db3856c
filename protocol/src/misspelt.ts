/** Names of environment variables that somebody has probably got wrong. */

/** A longer name bears more slips; in a short one two make another word. */
const CHARACTERS_PER_SLIP = 4;
const MAX_SLIPS = 3;
/** What Kubernetes and Docker links give every container about services in its namespace. */
const SERVICE_LINK = /_SERVICE_(HOST|PORT(_\w+)?)$|_PORT$|_PORT_\d+_(TCP|UDP|SCTP)(_\w+)?$/;

/**
 * A sentence for each name that is not known, but close to one that is, or that begins with a prefix which nothing but this product
 * uses. Values are not looked at.
 */
export function misspeltVariables(
  given: Iterable<string>,
  known: readonly string[],
  prefixes: readonly string[],
): string[] {
  const names = new Set(known);
  const sentences: string[] = [];
  for (const name of given) {
    if (names.has(name)) continue;
    const meant = closest(name, known);
    const isOurs = prefixes.some((prefix) => name.startsWith(prefix)) && !SERVICE_LINK.test(name);
    if (meant !== null) sentences.push(`${printable(name)} is not a variable of this server. Did you mean ${meant}?`);
    else if (isOurs) sentences.push(`${printable(name)} is not a variable of this server and has no effect. Unset it.`);
  }
  return sentences;
}

/** A name comes from outside and is written to a terminal. */
const printable = (name: string) => name.replace(/[^\w.-]/g, '?').slice(0, 80);

function closest(name: string, known: readonly string[]): string | null {
  let best: { name: string; slips: number } | null = null;
  const normal = normalized(name);
  for (const candidate of known) {
    const wanted = normalized(candidate);
    const limit = Math.min(MAX_SLIPS, Math.floor(candidate.length / CHARACTERS_PER_SLIP));
    if (Math.abs(wanted.length - normal.length) > limit) continue;
    const slips = editDistance(normal, wanted);
    if (slips <= limit && (best === null || slips < best.slips)) best = { name: candidate, slips };
  }
  return best?.name ?? null;
}

/** In one case, its words in one order: SESSIONS_MAX is MAX_SESSIONS. */
const normalized = (name: string) =>
  name
    .toUpperCase()
    .split(/[_.-]/)
    .sort((a, b) => (a < b ? -1 : 1))
    .join('_');

/** Letters to insert, remove, replace or swap with their neighbour (optimal string alignment). */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (last[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      let cost = Math.min(replaced, (last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        cost = Math.min(cost, (beforeLast[j - 2] ?? 0) + 1);
      row.push(cost);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length] ?? 0;
}
